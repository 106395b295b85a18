#!/usr/bin/env node
'use strict';
// Compiled code is kept between runs: half of the start-up. Node does it itself from 22.1 on; before that, here.
const { enableCompileCache } = require('node:module');

/** Milliseconds after which the servers of a start run. */
const START = 1000;

// What scripts call for one number must not cost a program's loading.
if (process.argv[2] === 'port') {
  const { quickPort } = require('../dist/port.cjs');
  quickPort(process.argv.slice(2)).then((done) => (done ? process.exit() : start()));
} else start();

function start() {
  const program = require('node:path').join(__dirname, '../dist/devstart.cjs');
  enableCompileCache?.();
  const { lendImport, main } = enableCompileCache ? require(program) : loadCached(program);
  lendImport((url) => import(url));
  main();
}

/** Runs that compile the same functions share a cache: a start, one with options, each command; by a config or without. */
function kindOf(word) {
  const kind = word === undefined ? 'run' : /^[a-z]{1,20}$/.test(word) ? word : 'options';
  const isConfig = (name) => name.startsWith('devstart.config.');
  return require('node:fs').readdirSync('.').some(isConfig) ? `${kind}-config` : kind;
}

/** Loads a CommonJS file with V8's code cache beside devstart's state; anything amiss means without it. */
function loadCached(file) {
  const fs = require('node:fs');
  const path = require('node:path');
  const vm = require('node:vm');
  const { createRequire } = require('node:module');
  let cache = '';
  let cachedData;
  const { size, mtimeMs } = fs.statSync(file);
  const stamp = Buffer.from(`${file}\n${size} ${mtimeMs}\n`.padEnd(4096));
  try {
    // A user without a name has no home: it throws.
    const home = process.env.DEVSTART_HOME || path.join(require('node:os').homedir(), '.cache', 'devstart');
    cache = path.join(home, 'code', `${process.version}-${process.arch}-${kindOf(process.argv[2])}.bin`);
    const stored = fs.readFileSync(cache);
    if (stored.subarray(0, stamp.length).equals(stamp)) cachedData = stored.subarray(stamp.length);
  } catch {
    // the first run
  }
  const script = new vm.Script(wrapped(file, size), { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file));
  if (cache && (!cachedData || script.cachedDataRejected)) {
    const store = () => {
      process.off('exit', store);
      const temporary = `${cache}.${process.pid}`;
      try {
        makeFolders(path.dirname(cache));
        fs.writeFileSync(temporary, Buffer.concat([stamp, script.createCachedData()]), { mode: 0o600 });
        fs.renameSync(temporary, cache);
      } catch {
        // A read-only home, a full disk: every run is like the first.
        discard(temporary);
      }
    };
    // What has been compiled by then is what a start needs; all that a long run needs would load slower.
    setTimeout(store, START).unref();
    process.on('exit', store);
  }
  return module.exports;
}

/** A file of so many bytes as a module's function. Read into its place: to join three texts would copy a megabyte. */
function wrapped(file, size) {
  const fs = require('node:fs');
  const [before, after] = require('node:module').wrap('\0').split('\0');
  const text = Buffer.allocUnsafeSlow(before.length + size + after.length);
  const end = text.latin1Write(before, 0) + size;
  text.latin1Write(after, end);
  const fd = fs.openSync(file);
  for (let at = before.length, read = 1; at < end && read > 0; at += read)
    read = fs.readSync(fd, text, at, end - at, null);
  fs.closeSync(fd);
  return text.latin1Slice();
}

function discard(file) {
  try {
    require('node:fs').rmSync(file, { force: true });
  } catch {
    // a folder that became read-only
  }
}

/** Three levels: `recursive` never ends in a folder that takes none (/proc). */
function makeFolders(folder) {
  const { dirname } = require('node:path');
  for (const one of [dirname(dirname(folder)), dirname(folder), folder]) {
    try {
      require('node:fs').mkdirSync(one, { mode: 0o700 });
    } catch {
      // It is there, or nothing can be kept.
    }
  }
}
