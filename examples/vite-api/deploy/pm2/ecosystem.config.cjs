// Made by: devstart export pm2 --backend-port 16101 --cors-origin http://localhost:16100 --frontend-port 16100
// devstart-hash: 55dd599d16e7c24a
// Edited, it is not written over: --force does that.

const { join } = require('node:path');

const root = join(__dirname, "../..");

module.exports = {
  apps: [
    {
      name: "vite-api-example-api",
      cwd: root,
      script: "api.js",
      env: {
        "API_URL": "http://127.0.0.1:16101",
        "BACKEND_URL": "http://127.0.0.1:16101",
        "CORS_ALLOWED_ORIGINS": "http://localhost:16100",
        "CORS_ORIGINS": "http://localhost:16100",
        "FRONTEND_URL": "http://localhost:16100",
        "HOST": "127.0.0.1",
        "NODE_ENV": "production",
        "PORT": "16101"
      },
      autorestart: true,
      max_restarts: 10,
      stop_exit_codes: [0],
      kill_timeout: 5000,
    },
    {
      name: "vite-api-example-web",
      cwd: root,
      script: "serve",
      env: {
        "PM2_SERVE_PATH": "dist",
        "PM2_SERVE_PORT": "16100",
        "PM2_SERVE_SPA": "true",
        "PM2_SERVE_HOMEPAGE": "/index.html"
      },
      autorestart: true,
      max_restarts: 10,
      stop_exit_codes: [0],
      kill_timeout: 5000,
    },
  ],
};
