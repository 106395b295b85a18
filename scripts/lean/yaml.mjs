// What devstart takes of yaml, from its build in ES modules: the bundler leaves out the rest of it.
export {
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parse,
  parseDocument,
  visit,
} from 'yaml-itself';
