# Made by: devstart export kubernetes --backend-port 16101 --backend-url https://api.shop.example --frontend-port 16100 --frontend-url https://shop.example
# devstart-hash: 13512e3ba297858d
# Edited, it is not written over: --force does that.

ARG NODE_IMAGE=docker.io/library/node:22-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm prune --omit=dev

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app /app
USER 1000:1000
EXPOSE 8000
CMD ["node", "api.js"]
