//! Tests without a server: golden files, refusals, properties, wire bytes, tidiness.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that fails says where

mod config;
mod cost;
mod fuzz;
mod migrate;
mod tidy;
