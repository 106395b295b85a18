import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chunk, followUrls, Rewriter } from '../../../src/follow/node/text.ts';

const ports = new Map([
  [8000, 8001],
  [3000, 3002],
]);

/** All at once, and in two pieces for every place to cut, as strings and as bytes. */
function sent(text: string, html = false, map: ReadonlyMap<number, number> = ports): string {
  const whole = String(new Rewriter(map, html).last(text));
  assert.equal(String(new Rewriter(map, html).last(Buffer.from(text))), whole, 'bytes');
  for (let cut = 0; cut <= text.length; cut++) {
    const rewriter = new Rewriter(map, html);
    const pieces: Chunk[] = [rewriter.push(text.slice(0, cut)), rewriter.last(text.slice(cut))];
    assert.equal(pieces.join(''), whole, `cut at ${cut}`);
  }
  return whole;
}

const moved = (text: string) => text.replaceAll(':8000', ':8001').replaceAll(':3000', ':3002');

const references = [
  'fetch("http://localhost:8000/api")',
  "const api = 'http://127.0.0.1:8000'",
  'new WebSocket(`ws://localhost:8000/ws/${id}`)',
  'new EventSource("http://[::1]:8000")',
  'x="//0.0.0.0:8000/a"',
  'const HOST = "localhost:8000"',
  'axios.create({ baseURL: "http://localhost:8000/api/v1/" })',
  'const api = import.meta.env.VITE_API ?? "http://localhost:8000"',
  'eval("fetch(\\"http://localhost:8000/api\\")\\n")',
  '{"code":"fetch(\\"http://localhost:8000/api\\")"}',
  'a = "http:\\/\\/localhost:8000\\/api"',
  '"http://user:secret@localhost:8000/"',
  '"http://tenant.localhost:8000/"',
  '["http://localhost:3000","http://localhost:8000"]',
  '"http://localhost:3000 http://localhost:8000"',
  'background: url(http://localhost:8000/a.png)',
  'fetch(`http://${window.location.hostname}:8000/api`)',
  'fetch("http://" + location.hostname + ":8000/api")',
  '"http://".concat(location.hostname, ":8000/api")',
  `csp = "default-src 'self'; connect-src 'self' http://localhost:8000 ws://localhost:8000; img-src *"`,
  'createElement("a", { href: "http://localhost:8000/docs" }, "docs")',
  'jsxDEV("a", { href: "http://localhost:8000/docs", children: "docs" })',
  'connect("localhost:8000")',
  '{"apiUrl":"http://localhost:8000"}',
];

const words = [
  '// the API runs on http://localhost:8000 as a rule',
  'p.textContent = "Open localhost:8000 in your browser"',
  '"localhost:8000 is the default"',
  '"http://localhost:8000 is where it runs"',
  'jsxDEV("code", { children: "localhost:8000" })',
  'jsx("p", { children: ["Open ", jsx("code", { children: "http://localhost:8000" })] })',
  '["$","code",null,{"children":"localhost:8000"}]',
  'el.textContent = "localhost:8000"',
  'input.placeholder = "http://localhost:8000"',
  'createElement("code", null, "localhost:8000")',
  '_createElementVNode("code", { class: "x" }, "localhost:8000", -1)',
  '_createTextVNode("localhost:8000")',
  'i0.ɵɵtext(4, "localhost:8000")',
  'template("<code>localhost:8000</code>")',
  'eval("jsx(\\"code\\", { children: \\"localhost:8000\\" })")',
  'const usage = "curl http://localhost:8000/items"',
];

const others = [
  '"http://localhost:80001"',
  '"http://localhost:18000"',
  '"http://example.com:8000"',
  '"http://mylocalhost:8000"',
  '"http://192.168.1.7:8000"',
  '"10.127.0.0.1:8000"',
  'const port = 8000',
  '{a:8000}',
  'b?c:3000',
];

for (const text of references) test(`follows: ${text}`, () => assert.equal(sent(text), moved(text)));
for (const text of [...words, ...others]) test(`stays: ${text}`, () => assert.equal(sent(text), text));

const page = (body: string) =>
  `<!doctype html><html><head><title>x</title></head><body>${body}</body></html>`;
const inPages: [string, string?][] = [
  ['<a href="http://localhost:8000/docs">docs</a>', '<a href="http://localhost:8001/docs">docs</a>'],
  [
    '<a href=http://localhost:8000/docs class=x>docs</a>',
    '<a href=http://localhost:8001/docs class=x>docs</a>',
  ],
  [
    '<a href="http://localhost:8000">http://localhost:8000</a>',
    '<a href="http://localhost:8001">http://localhost:8000</a>',
  ],
  ['<p>Open localhost:8000 or http://127.0.0.1:8000/docs</p>'],
  ['<p>a<!-- -->http://localhost:8000</p>'],
  ['<p title="Visit http://localhost:8000/docs">x</p>'],
  ['<input placeholder="http://localhost:8000">'],
  [
    '<script>if (1 > 0) fetch("http://localhost:8000/a")</script><p>localhost:8000</p>',
    '<script>if (1 > 0) fetch("http://localhost:8001/a")</script><p>localhost:8000</p>',
  ],
  ['<script>p.textContent = "localhost:8000"</script>'],
  [
    '<script type="application/json">{"api":"http://localhost:8000"}</script>',
    '<script type="application/json">{"api":"http://localhost:8001"}</script>',
  ],
  [
    '<button onclick="go(() => fetch(\'http://localhost:8000\'))">x</button>',
    '<button onclick="go(() => fetch(\'http://localhost:8001\'))">x</button>',
  ],
  [
    '<div data-props="{&quot;url&quot;:&quot;http://localhost:8000&quot;}"></div>',
    '<div data-props="{&quot;url&quot;:&quot;http://localhost:8001&quot;}"></div>',
  ],
  [
    `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; connect-src http://localhost:8000">`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; connect-src http://localhost:8001">`,
  ],
  [
    '<img srcset="a.png 1x, http://localhost:8000/b.png 2x">',
    '<img srcset="a.png 1x, http://localhost:8001/b.png 2x">',
  ],
];
for (const [body, wanted = body] of inPages)
  test(`in a page: ${body}`, () => assert.equal(sent(page(body), true), page(wanted)));

test('another number of digits', () => {
  const map = new Map([[9999, 10000]]);
  assert.equal(
    sent('"http://localhost:9999/a","http://localhost:99990"', false, map),
    '"http://localhost:10000/a","http://localhost:99990"',
  );
});

test('text beyond ASCII arrives as it was, cut inside a character too', () => {
  const text = 'const s = "größer 😀"; fetch("http://localhost:8000/ü")';
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const rewriter = new Rewriter(ports, false);
    const all = Buffer.concat([
      rewriter.push(bytes.subarray(0, cut)),
      rewriter.last(bytes.subarray(cut)),
    ] as Buffer[]);
    assert.equal(all.toString(), moved(text));
  }
});

test('a piece without a written port is itself', () => {
  const rewriter = new Rewriter(ports, false);
  for (const piece of [Buffer.from('abc localhost 8000'), 'x'.repeat(1000), Buffer.alloc(1000)]) {
    assert.equal(rewriter.push(piece), piece);
    assert.equal(new Rewriter(ports, true).last(piece), piece);
  }
});

test('the URLs of a header', () => {
  assert.equal(
    followUrls(
      "connect-src 'self' http://localhost:8000 ws://127.0.0.1:3000; img-src http://localhost:80001",
      ports,
    ),
    "connect-src 'self' http://localhost:8001 ws://127.0.0.1:3002; img-src http://localhost:80001",
  );
});

test("Vite's client has the port of its hot updates apart from any host", () => {
  const client = 'const hmrPort = 24678;\nconst x = 24678; h = ":24678";';
  assert.equal(
    sent(client, false, new Map([[24_678, 24_680]])),
    'const hmrPort = 24680;\nconst x = 24678; h = ":24678";',
  );
  assert.equal(sent('const hmrPort = 8000;'), 'const hmrPort = 8000;');
});
