// Made by: devstart export pm2 --backend-port 16201-16202 --cors-origin http://localhost:16200 --frontend-port 16200
// devstart-hash: 4851518183c0ca4e
// Edited, it is not written over: --force does that.

const { join } = require('node:path');

const root = join(__dirname, "../..");

module.exports = {
  apps: [
    {
      name: "fastapi-vite-api-0",
      cwd: join(root, "backend"),
      script: ".venv/bin/uvicorn",
      args: [ "main:app", "--host", "127.0.0.1", "--port", "16201", "--timeout-graceful-shutdown", "4" ],
      interpreter: "none",
      env: {
        "API_URL": "http://127.0.0.1:16201",
        "BACKEND_URL": "http://127.0.0.1:16201",
        "CORS_ALLOWED_ORIGINS": "http://localhost:16200",
        "CORS_ORIGINS": "http://localhost:16200",
        "FRONTEND_URL": "http://localhost:16200",
        "HOST": "127.0.0.1",
        "PYTHONUNBUFFERED": "1"
      },
      autorestart: true,
      max_restarts: 10,
      stop_exit_codes: [0],
      kill_timeout: 5000,
    },
    {
      name: "fastapi-vite-api-1",
      cwd: join(root, "backend"),
      script: ".venv/bin/uvicorn",
      args: [ "main:app", "--host", "127.0.0.1", "--port", "16202", "--timeout-graceful-shutdown", "4" ],
      interpreter: "none",
      env: {
        "API_URL": "http://127.0.0.1:16201",
        "BACKEND_URL": "http://127.0.0.1:16201",
        "CORS_ALLOWED_ORIGINS": "http://localhost:16200",
        "CORS_ORIGINS": "http://localhost:16200",
        "FRONTEND_URL": "http://localhost:16200",
        "HOST": "127.0.0.1",
        "PYTHONUNBUFFERED": "1"
      },
      autorestart: true,
      max_restarts: 10,
      stop_exit_codes: [0],
      kill_timeout: 5000,
    },
    {
      name: "fastapi-vite-web",
      cwd: join(root, "frontend"),
      script: "serve",
      env: {
        "PM2_SERVE_PATH": "dist",
        "PM2_SERVE_PORT": "16200",
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
