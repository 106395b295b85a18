import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitsIn, namesIn, portVariableIn, variableIn } from '../../../../src/config/copies/expressions.ts';
import { closing, expressionEnd, type Syntax, withoutComments } from '../../../../src/config/copies/text.ts';

const comments: [Syntax, string, string][] = [
  ['js', "a('//x'); // 3000", "a('//x');        "],
  ['js', 'a /* 3000\n 4000 */ b', 'a        \n         b'],
  ['js', '`http://${a /* b */}/x//y`;// c', '`http://${a        }/x//y`;    '],
  ['js', '`${`//${b}`}`; // c', '`${`//${b}`}`;     '],
  ['js', 'a.replace(/["//`]/g, "") // b', 'a.replace(/["//`]/g, "")     '],
  ['js', "<p>Don't</p> // c", "<p>Don't</p>     "],
  ['js', 'a = b / c // d', 'a = b / c     '],
  ['python', '"""port=1"""\na = "#" # b', '            \na = "#"    '],
  ['python', "f'{a}' # '''", "f'{a}'      "],
  ['hash', 'a: b#c # d', 'a: b#c    '],
  ['go', "a := `// ${x}` // '", 'a := `// ${x}`     '],
  ['rust', "fn a<'b>() {} // c", "fn a<'b>() {}     "],
  ['jvm', "char a = '\"'; // b", "char a = '\"';     "],
  ['php', '#[A]\n$a = 1; # b', '#[A]\n$a = 1;    '],
  ['ruby', '=begin\nport 1\n=end\nport 2 # c', '      \n      \n    \nport 2    '],
  ['elixir', '@doc """\nport: 1\n"""\na # b', '@doc    \n       \n   \na    '],
];
for (const [syntax, text, expected] of comments) {
  test(`comments of ${syntax}: ${JSON.stringify(text)}`, () => {
    assert.equal(withoutComments(text, syntax), expected);
  });
}

test('where an expression ends', () => {
  const table: [string, string][] = [
    ['3000, () => {}', '3000'],
    ['{ port: 3000, host }); x', '{ port: 3000, host }'],
    ['a\n  .b(c, d)\n  .default(3)\nnext', 'a\n  .b(c, d)\n  .default(3)'],
    ['a ||\n  3000;', 'a ||\n  3000'],
    ['`${a}, b`, c', '`${a}, b`'],
    ['"a,b" + c\nd', '"a,b" + c'],
    ['a }', 'a '],
  ];
  for (const [code, expected] of table) assert.equal(code.slice(0, expressionEnd(code, 0, 'js')), expected);
  assert.equal(closing('({ a: ")" })x', 0, 'js'), 11);
  assert.equal(closing('(', 0, 'js'), undefined);
});

test('the number of an expression', () => {
  const table: [string, string | undefined][] = [
    ['3000', '3000'],
    ['process.env.PORT || 3000', '3000'],
    ['Number(process.env.PORT ?? "3001")', '3001'],
    ['parseInt(process.env.PORT || "5050", 10)', '5050'],
    ['process.env.NODE_ENV === "production" ? 8080 : 3000', '3000'],
    ['process.env.NODE_ENV !== "production" ? 3000 : 8080', '3000'],
    ['isDev ? 3000 : 8080', '3000'],
    ['process.env.PORT ? +process.env.PORT : 3002', '3002'],
    ['z.coerce.number().min(1024).max(65535).default(4040)', '4040'],
    ['z.number().default(4040).min(3000)', '4040'],
    ['int = Field(default=8000, ge=1024, le=65535)', '8000'],
    ['string `env:"PORT" envDefault:"8080"`', '8080'],
    ['flag.Int("port", 4000, "port, 8080 in production")', '4000'],
    ['":8080"', '8080'],
    ['"0.0.0.0:8080"', '8080'],
    ['([127, 0, 0, 1], 3031)', '3031'],
    ['8080u16', '8080'],
    ['80', undefined],
    ['65536', undefined],
    ['1000 * 60', undefined],
    ['"postgres://localhost:5432/x"', undefined],
    ['process.env.DB_PORT || 5432', undefined],
    ['1.5000', undefined],
    ['process.env.PORT', undefined],
    ['process.env.VITE_DEV_PORT\n  ? parseInt(process.env.VITE_DEV_PORT, 10)\n  : 8080', '8080'],
  ];
  for (const [text, expected] of table) {
    const place = digitsIn(text);
    assert.equal(place && text.slice(...place), expected, text);
  }
});

test('the variable and the names of an expression', () => {
  const variables: [Syntax, string, string | undefined][] = [
    ['js', 'process.env.PORT || 3000', 'PORT'],
    ['js', "process.env['API_PORT']", 'API_PORT'],
    ['js', 'import.meta.env.VITE_PORT', 'VITE_PORT'],
    ['js', 'env.SERVER_PORT', 'SERVER_PORT'],
    ['js', "configService.get<number>('APP_PORT', 3000)", 'APP_PORT'],
    ['js', "process.env.NODE_ENV === 'production' ? 1 : 2", undefined],
    ['js', 'config.port', undefined],
    ['python', 'int(os.environ.get("FLASK_PORT", 5000))', 'FLASK_PORT'],
    ['python', "os.environ['PORT']", 'PORT'],
    ['go', 'os.Getenv("PORT")', 'PORT'],
    ['go', 'getEnv("API_PORT", "8080")', 'API_PORT'],
    ['rust', 'env::var("PORT").unwrap_or("3000".into())', 'PORT'],
    ['ruby', 'ENV.fetch("PORT") { 3000 }', 'PORT'],
    ['elixir', 'System.get_env("PORT") || "4000"', 'PORT'],
  ];
  for (const [syntax, text, expected] of variables) assert.equal(variableIn(text, syntax), expected, text);
});

test('the variable that says the port, beside one that says which socket', () => {
  const cases: [Syntax, string, string | undefined][] = [
    ['js', 'process.env.LISTEN_FDS ? { fd: 3 } : Number(process.env.PORT)', 'PORT'],
    ['js', 'process.env.SOCKET_PATH || process.env.PORT || 3000', 'PORT'],
    ['js', 'process.env.UNIX_SOCKET ?? process.env.WEB_PORT', 'WEB_PORT'],
    ['js', 'process.env.LISTEN_FDS ? { fd: 3 } : 8080', undefined],
    ['python', "int(os.environ['LISTEN_FDS']) and 3 or int(os.environ.get('PORT', 8000))", 'PORT'],
    ['js', 'process.env.API || process.env.SERVER_PORT', 'SERVER_PORT'],
    ['js', 'process.env.LISTEN_ON || 4000', 'LISTEN_ON'],
  ];
  for (const [syntax, text, expected] of cases) assert.equal(portVariableIn(text, syntax), expected, text);
  const names: [Syntax, string, string[][]][] = [
    ['js', 'config.server.port', [['config', 'server', 'port']]],
    ['js', 'Number(PORT)', [['PORT']]],
    ['js', "app.get('port')", [['app', '()', 'port']]],
    ['js', "'no.name' + this.port", [['this', 'port']]],
    ['python', 'f"0.0.0.0:{port}"', [['port'], ['f']]],
    ['rust', 'format!("0.0.0.0:{port}")', [['port']]],
  ];
  for (const [syntax, text, expected] of names)
    assert.deepEqual(namesIn(text, syntax).slice(0, expected.length), expected, text);
});
