// The API's URL, from vite.config.js; the page and the API stand on two origins.
const api = __API__;
const at = (id) => document.getElementById(id);

at('page').textContent = location.origin;
at('api').textContent = api;
at('again').addEventListener('click', ask);
await ask();

async function ask() {
  try {
    const response = await fetch(`${api}/api/hello`);
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const { message, answers, time } = await response.json();
    at('message').textContent = message;
    at('answers').textContent = `${answers}, the last at ${new Date(time).toLocaleTimeString()}`;
    document.body.dataset.state = 'ok';
  } catch (error) {
    at('message').textContent = `No answer: ${error.message}`;
    document.body.dataset.state = 'failed';
  }
}
