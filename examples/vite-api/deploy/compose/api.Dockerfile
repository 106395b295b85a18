# Made by: devstart export compose --backend-port 16101 --cors-origin http://localhost:16100 --frontend-port 16100
# devstart-hash: 70beffec42109c74
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
