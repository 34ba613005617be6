//! An org's objects as a file: [`Org::export_objects`], [`Org::plan_objects`].
//!
//! In: files of definitions. Out: what there is as such a file, and what must be done so that it is as the file says, which
//! [`Org::define`] then does. What is absent: files on disks.

use super::org::Org;
use crate::error::Error;
use crate::plan::{self, Step};

impl Org {
    /// The org's own objects as definitions that make them.
    ///
    /// # Errors
    /// As [`Org::objects`].
    pub async fn export_objects(&self) -> Result<String, Error> {
        Ok(plan::script(&self.target().await?.catalog.catalog))
    }

    /// What must be done so that the org has the objects that a file of definitions says, and no others. Nothing is
    /// done: whoever agrees gives the steps to [`Org::define`].
    ///
    /// # Errors
    /// The file is wrong; as [`Org::objects`].
    pub async fn plan_objects(&self, wanted: &str) -> Result<Vec<Step>, Error> {
        Ok(plan::differences(&self.target().await?.catalog.catalog, wanted)?)
    }
}
