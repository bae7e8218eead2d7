# Two stages: the first builds, the second holds only what runs. Runs as a user without rights, on one volume.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY protocol/package.json protocol/
COPY core/package.json core/
COPY storage/package.json storage/
COPY options/package.json options/
COPY broker/package.json broker/
COPY client/package.json client/
COPY cli/package.json cli/
COPY gateway/package.json gateway/
COPY dashboard/package.json dashboard/
COPY launcher/package.json launcher/
COPY harness/package.json harness/
COPY scenarios/package.json scenarios/
COPY examples/package.json examples/
COPY bench/package.json bench/
COPY test/package.json test/
COPY apidoc/package.json apidoc/
COPY broker/bin broker/bin
COPY cli/bin cli/bin
COPY gateway/bin gateway/bin
COPY launcher/bin launcher/bin
RUN npm ci --ignore-scripts
COPY . .
RUN npx tsc -b launcher cli \
 && npx vite build --logLevel=warn dashboard \
 && npm prune --omit=dev --ignore-scripts

FROM node:20.20.2-bookworm-slim
# In here every address is the container's own: who may come is for whoever publishes its ports to say. With
# MILLRACE_AUTHENTICATION=required the switch has no effect.
ENV NODE_ENV=production \
    MILLRACE_HOST=0.0.0.0 \
    MILLRACE_HTTP_HOST=0.0.0.0 \
    MILLRACE_ALLOW_ANONYMOUS=true \
    MILLRACE_DATA_DIR=/data \
    MILLRACE_LOG_FORMAT=json
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/protocol protocol
COPY --from=build /build/core core
COPY --from=build /build/storage storage
COPY --from=build /build/client client
COPY --from=build /build/options options
COPY --from=build /build/broker broker
COPY --from=build /build/gateway gateway
COPY --from=build /build/dashboard/package.json dashboard/
COPY --from=build /build/dashboard/dist dashboard/dist
COPY --from=build /build/launcher launcher
COPY --from=build /build/cli cli
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 7650 7651 7652
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "require(process.env.MILLRACE_TLS_CERT ? 'https' : 'http').get({ host: '127.0.0.1', port: 7652, path: '/readyz', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Why the flag: docs/operations.md, "Starting".
CMD ["node", "--initial-old-space-size=128", "launcher/dist/bin.js"]
