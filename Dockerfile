# Builds Vouchsafe and puts it into an image with nothing else than the libraries it needs. docs/operating.md tells how
# to run it.
FROM swift:6.3-bookworm AS build
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
        libp11-kit-dev libpq-dev libqrencode-dev libsecp256k1-dev libsqlite3-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN swift build -c release --static-swift-stdlib --product vouchsafe \
    && mkdir /program \
    && cp -R .build/release/vouchsafe .build/release/vouchsafe_vouchsafe.resources \
        .build/release/vouchsafe_WebServer.resources /program/ \
    && strip /program/vouchsafe

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
        ca-certificates libpq5 libqrencode4 libsecp256k1-1 libsqlite3-0 libstdc++6 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vouchsafe \
    && useradd --uid 10001 --gid vouchsafe --home-dir /data --no-create-home --shell /usr/sbin/nologin vouchsafe \
    && install -d -m 0700 -o vouchsafe -g vouchsafe /data
COPY --from=build /program /usr/lib/vouchsafe
RUN ln -s ../lib/vouchsafe/vouchsafe /usr/bin/vouchsafe
# `docker stop` kills after ten seconds.
ENV DATA_DIR=/data LISTEN_HOST=0.0.0.0 STOP_LIMIT=8
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# The management address is on the container's own loopback. There is no curl here, but bash can open a connection.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/bin/bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${MANAGEMENT_PORT:-8081} && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["/usr/bin/vouchsafe"]
CMD ["serve"]
