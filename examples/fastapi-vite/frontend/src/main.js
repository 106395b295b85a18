// The API's URL: devstart says it in development, the export bakes the public one in.
const api = import.meta.env.VITE_API_URL;

const response = await fetch(`${api}/api/hello`);
document.getElementById('message').textContent = (await response.json()).message;
