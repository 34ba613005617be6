# orgfold as a container: the binary, the demo's schema, nothing else. `docker build -t orgfold .`

FROM rust:1-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY sql sql
COPY schema schema
COPY examples examples
COPY tests tests
COPY README.md ./
RUN cargo build --locked --profile demo --bin orgfold && cp target/demo/orgfold /usr/local/bin/orgfold

FROM debian:bookworm-slim
RUN useradd --system --no-create-home --shell /usr/sbin/nologin orgfold
COPY --from=build /usr/local/bin/orgfold /usr/local/bin/orgfold
COPY schema /schema
COPY docker/orgfold.toml /etc/orgfold/orgfold.toml
COPY docker/setup /usr/local/bin/orgfold-setup
ENV ORGFOLD_CONFIG=/etc/orgfold/orgfold.toml
USER orgfold
EXPOSE 6432 9632
# Ready: it serves, and a shard answers.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=12 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/9632 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["orgfold"]
CMD ["serve"]
