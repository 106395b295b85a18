// devstart tells every server BACKEND_URL: the page is built with it.
const api = process.env.BACKEND_URL ?? 'http://localhost:8000';

export default { define: { __API__: JSON.stringify(api) } };
