# The launcher's own code, for what has to be done once: built from the whole checkout (see compose.yaml).
FROM node:24-bookworm-slim
WORKDIR /market
COPY . .
RUN npm ci --ignore-scripts && npm run build
# Signing keys are written here, and read by service-auth, which runs as the same user.
RUN mkdir /keys && chown 10001:10001 /keys
USER 10001:10001
