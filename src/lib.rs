//! orgfold folds the private databases of many organisations onto a small fleet of PostgreSQL servers.
//!
//! The modules, in the order a statement passes them:

pub mod sqlstate;

pub mod wire;

pub mod org;

pub mod catalog;

pub mod plan;

pub mod route;

pub mod directory;

pub mod config;

pub mod engine;

#[cfg(feature = "proxy")]
pub mod upstream;

#[cfg(feature = "proxy")]
pub mod frontend;

#[cfg(feature = "throwaway")]
pub mod throwaway;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "migrate")]
pub mod migrate;
