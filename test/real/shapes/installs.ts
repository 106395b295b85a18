/** Packages of all shapes, installed once and side by side, in a folder of the run. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sh, venv } from '../support.ts';

const sets: Record<string, string[]> = {
  node: [
    'vite@8',
    '@vitejs/plugin-react',
    'react@19',
    'react-dom@19',
    'express@5',
    'cors@2',
    'ws@8',
    'dotenv@17',
    'zod@4',
    'tsx@4',
    'concurrently@9',
    'wait-on@9',
    'fastify@5',
    '@fastify/cors@11',
    'hono@4',
    '@hono/node-server',
    'npm-run-all2',
    '@nestjs/common@11',
    '@nestjs/core@11',
    '@nestjs/platform-express@11',
    'reflect-metadata',
    'rxjs@7',
    'axios@1',
    'wireit@0.14',
    'socket.io@4',
    'socket.io-client@4',
  ],
  next: ['next@16', 'react@19', 'react-dom@19', 'express@5', 'cors@2', 'concurrently@9'],
  cra: [
    'react-scripts@5.0.1',
    'react@18',
    'react-dom@18',
    'express@5',
    'http-proxy-middleware@2',
    'concurrently@9',
  ],
  pages: [
    'webpack@5',
    'webpack-cli@6',
    'webpack-dev-server@5',
    '@rsbuild/core@1',
    'astro@5',
    '@sveltejs/kit@2',
    '@sveltejs/vite-plugin-svelte',
    'svelte@5',
    'vite@8',
    'express@5',
    'cors@2',
    'nodemon@3',
    'concurrently@9',
    'npm-run-all2',
  ],
  router: [
    'react-router@7',
    '@react-router/node@7',
    '@react-router/dev@7',
    'isbot@5',
    'react@19',
    'react-dom@19',
    'vite@7',
    'express@5',
    'cors@2',
    'concurrently@9',
  ],
  vue: ['@vue/cli-service@5', 'vue@3', 'express@4', 'nodemon@3'],
  nuxt: ['nuxt@4.2', 'vue@3', 'express@5'],
  angular: [
    '@angular/core@21',
    '@angular/common@21',
    '@angular/compiler@21',
    '@angular/compiler-cli@21',
    '@angular/platform-browser@21',
    '@angular/build@21',
    '@angular/cli@21',
    'typescript@5.9',
    'rxjs@7',
    'express@5',
    'concurrently@9',
  ],
};

const PYTHON = [
  'fastapi',
  'uvicorn[standard]',
  'pydantic-settings',
  'flask',
  'flask-cors',
  'django',
  'django-cors-headers',
  'gunicorn',
  'httpx',
];

const begun = new Map<string, Promise<string>>();

/** @returns the folder that has the set's `node_modules` */
export function installed(base: string, set: string): Promise<string> {
  return once(path.join(base, `npm-${set}`), async (folder) => {
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    await sh(folder, 'npm', 'install', '--no-audit', '--no-fund', ...(sets[set] ?? []));
  });
}

/** @returns the virtual environment */
export async function environmentOf(base: string): Promise<string> {
  const folder = await once(path.join(base, 'python'), (folder) => venv(folder, ...PYTHON));
  return path.join(folder, '.venv');
}

/** A folder that is filled by whoever asks first. A run's scratch folder may be one of an earlier run. */
function once(folder: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const known = begun.get(folder);
  if (known) return known;
  const done = path.join(folder, 'installed');
  const filling = (async () => {
    if (existsSync(done)) return folder;
    mkdirSync(folder, { recursive: true });
    await fill(folder);
    writeFileSync(done, '');
    return folder;
  })();
  begun.set(folder, filling);
  return filling;
}
