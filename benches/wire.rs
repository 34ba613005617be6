//! What messages cost: taking frames off a buffer, passing rows on, a client's Bind made a shard's. No PostgreSQL.

#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented items

use std::hint::black_box;

use bytes::{BufMut as _, Bytes, BytesMut};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use orgfold::wire::bind::Bind;
use orgfold::wire::{next_frame, rows};
use postgres_protocol::message::backend::Message;

/// Rows in a buffer, as many as come at once.
const ROWS: usize = 100;

/// DataRows of two columns, 60 bytes each.
fn result() -> BytesMut {
    let mut buffer = BytesMut::new();
    for at in 0..ROWS {
        let name = format!("{at:040}");
        buffer.put_u8(b'D');
        buffer.put_u32(4 + 2 + 4 + 4 + 4 + 40);
        buffer.put_u16(2);
        buffer.put_i32(4);
        buffer.put_u32(u32::try_from(at).unwrap());
        buffer.put_i32(40);
        buffer.put_slice(name.as_bytes());
    }
    buffer
}

/// A Bind of one text parameter, as libpq sends it.
fn bind() -> Bytes {
    let mut body = BytesMut::new();
    body.put_slice(b"\0P0_1\0\0\0\0\x01");
    body.put_i32(5);
    body.put_slice(b"12345\0\0");
    body.freeze()
}

fn frames(c: &mut Criterion) {
    let buffer = result();
    let mut group = c.benchmark_group("100 rows");
    group.throughput(Throughput::Bytes(buffer.len() as u64));
    group.bench_function("frame by frame", |b| {
        b.iter_batched(
            || buffer.clone(),
            |mut buffer| {
                while let Some(frame) = next_frame(&mut buffer, 1 << 30).unwrap() {
                    black_box(frame);
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("frame by frame, postgres-protocol", |b| {
        b.iter_batched(
            || buffer.clone(),
            |mut buffer| {
                while let Some(message) = Message::parse(&mut buffer).unwrap() {
                    black_box(message);
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("passed on at once", |b| {
        let mut out = BytesMut::with_capacity(buffer.len());
        b.iter(|| {
            out.clear();
            let length = rows(black_box(&buffer));
            out.put_slice(&buffer[..length]);
            black_box(&out);
        });
    });
    group.finish();
}

fn binds(c: &mut Criterion) {
    let body = bind();
    let mut out = BytesMut::with_capacity(256);
    c.bench_function("a Bind read and written with the org", |b| {
        b.iter(|| {
            out.clear();
            let bind = Bind::parse(black_box(body.clone())).unwrap();
            bind.write("orgfold_17", Some(770_000_001), &mut out);
            black_box(&out);
        });
    });
}

criterion_group!(benches, frames, binds);
criterion_main!(benches);
