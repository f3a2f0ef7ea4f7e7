# The agent of a host: needs the host's pid namespace and rights, see docker-compose.yml. Not built where it was written.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# koffi finds its binary in a package for the platform; both are copied, and nothing else of node_modules.
RUN node agent/build.mjs && mkdir -p /agent/node_modules \
  && cp -R node_modules/koffi /agent/node_modules/ \
  && if [ -d node_modules/@koromix ]; then cp -R node_modules/@koromix /agent/node_modules/; fi \
  && cp dist/agent/whodunit-agent.mjs dist/agent/whodunit.bpf.o /agent/

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libbpf1 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /agent
COPY --from=build /agent ./
ENTRYPOINT ["node", "/agent/whodunit-agent.mjs"]
CMD ["run"]
