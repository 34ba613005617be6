//! Tests without a server: golden files, refusals, properties, wire bytes, tidiness.

mod tidy;
