/**
 * A static file server for `node -e`: the one that every machine with devstart has. Two arguments: its
 * port and address; serves the working directory, nothing above it and nothing hidden.
 */
export const staticServer = `
const http=require("http"),fs=require("fs"),path=require("path"),root=fs.realpathSync(process.cwd());
const types={html:"text/html",css:"text/css",js:"text/javascript",mjs:"text/javascript",json:"application/json",svg:"image/svg+xml",png:"image/png",jpg:"image/jpeg",jpeg:"image/jpeg",gif:"image/gif",webp:"image/webp",ico:"image/x-icon",txt:"text/plain",wasm:"application/wasm",woff2:"font/woff2",xml:"application/xml",pdf:"application/pdf",mp4:"video/mp4"};
http.createServer((q,s)=>{const end=(c,t)=>{s.writeHead(c,{"content-type":"text/plain"});s.end(t)};
let u;try{u=decodeURIComponent(q.url.split("?")[0])}catch{return end(400,"Bad request")}
if(q.method!=="GET"&&q.method!=="HEAD")return end(405,"Method not allowed");
const bad=()=>end(404,"Not found");
if(u.includes("\\0")||u.split("/").some(p=>p.startsWith(".")))return bad();
fs.realpath(path.join(root,u),(e,f)=>{if(e||(f!==root&&!f.startsWith(root+path.sep)))return bad();
fs.stat(f,(e,t)=>{if(e)return bad();
if(t.isDirectory()){if(!u.endsWith("/")){s.writeHead(301,{location:encodeURI(u.replace(/^\\/+/,"/"))+"/"});return s.end()}f=path.join(f,"index.html")}
const type=types[path.extname(f).slice(1).toLowerCase()]||"application/octet-stream";
const r=fs.createReadStream(f);r.on("error",bad);r.on("open",()=>{s.writeHead(200,{"content-type":/^text|json|xml/.test(type)?type+"; charset=utf-8":type,"cache-control":"no-cache"});q.method==="HEAD"?(r.destroy(),s.end()):r.pipe(s)})})})
}).listen(+process.argv[1],process.argv[2],()=>console.log("Serving "+root+" on port "+process.argv[1]));`
  .trim()
  .replaceAll('\n', '');
