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
EXPOSE 6432
ENTRYPOINT ["orgfold"]
CMD ["serve"]
