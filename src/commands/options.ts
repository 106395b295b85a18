import { LOG_FORMATS } from '../context.ts';

/** The options of a run as data: the yargs program, its help and the unknown-flag check come from this table. */
export interface OptionRow {
  alias?: string;
  type: 'string' | 'boolean';
  /** Repeatable: all values count; elsewhere the last one wins. */
  many?: true;
  describe: string;
  group: 'Ports' | 'Servers' | 'Project' | 'Output' | 'Command';
  choices?: readonly string[];
}

export const RUN_OPTIONS: Record<string, OptionRow> = {
  'backend-port': {
    alias: 'b',
    type: 'string',
    group: 'Ports',
    describe: 'Backend port: 8080, 8000-8003, auto or auto:5000-5100 [BACKEND_PORT; 8000]',
  },
  'frontend-port': {
    alias: 'f',
    type: 'string',
    group: 'Ports',
    describe: 'Frontend port [FRONTEND_PORT; 3000, or the framework’s]',
  },
  port: { type: 'string', many: true, group: 'Ports', describe: 'NAME=SPEC: the port of one app' },
  'base-port': {
    type: 'string',
    group: 'Ports',
    describe: 'One block: backend N, frontend N+1, further apps after them',
  },
  'max-attempts': {
    type: 'string',
    group: 'Ports',
    describe: 'How many ports to try for each [10]',
  },
  'strict-port': {
    type: 'boolean',
    group: 'Ports',
    describe: 'Exactly these ports: fail where one is taken',
  },
  sticky: {
    type: 'boolean',
    group: 'Ports',
    describe: 'Prefer the ports of the last run [on; --no-sticky]',
  },
  'ports-file': {
    type: 'string',
    group: 'Ports',
    describe: 'Where the ports are written [.ports.json]',
  },
  host: {
    type: 'string',
    group: 'Servers',
    describe: 'Address that the servers listen on [loopback]',
  },
  'cors-origin': {
    type: 'string',
    many: true,
    group: 'Servers',
    describe: 'Further origin that may call the backend',
  },
  prod: { type: 'boolean', group: 'Servers', describe: 'Production scripts, exact ports, explicit origins' },
  only: { type: 'string', many: true, group: 'Servers', describe: 'Start just this app' },
  clean: {
    type: 'boolean',
    group: 'Servers',
    describe: 'Remove the build caches (.web, .next …), then start',
  },
  'kill-timeout': {
    type: 'string',
    group: 'Servers',
    describe: 'How many seconds servers may take to stop [5]',
  },
  'keep-going': {
    type: 'boolean',
    group: 'Servers',
    describe: 'A server that fails does not stop the others',
  },
  open: {
    type: 'boolean',
    group: 'Servers',
    describe: 'Open the frontend in the browser when all are ready',
  },
  stdin: {
    type: 'string',
    group: 'Servers',
    describe: 'The app that gets what is typed or piped in: a debugger, a prompt',
  },
  cwd: { type: 'string', group: 'Project', describe: 'The project’s folder [the current one]' },
  config: { type: 'string', group: 'Project', describe: 'Config file [devstart.config.*]' },
  'dry-run': { type: 'boolean', group: 'Project', describe: 'Print what would be started, and end' },
  explain: {
    type: 'boolean',
    group: 'Project',
    describe: 'Print each setting and where it came from, and end',
  },
  json: { type: 'boolean', group: 'Output', describe: 'One JSON object a line on stdout, nothing else' },
  quiet: {
    type: 'boolean',
    group: 'Output',
    describe: 'Leave the servers’ output out',
  },
  timestamps: { type: 'boolean', group: 'Output', describe: 'The time before each line' },
  'log-format': {
    type: 'string',
    group: 'Output',
    choices: LOG_FORMATS,
    describe: 'pretty, plain (no colour), json or raw (no prefix)',
  },
};

/** What every command knows, and the run too. */
export const COMMON_OPTIONS: Record<string, OptionRow> = {
  yes: {
    alias: 'y',
    type: 'boolean',
    group: 'Project',
    describe: 'Answer every question with yes (init, free)',
  },
};
