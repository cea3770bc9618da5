//! How a delivery's package is built: written down by the router when it plans the delivery, read
//! by whoever builds the package, so that it comes out the same whatever settings and files say by
//! then.

use std::sync::Arc;

use schemas::ledger::Profile;
use schemas::{AuthorityId, Ledgers, Owner, Why};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::store::{ProfileRow, Store, StoreError};

/// How one package is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The number of its layout, [`adapters::package::LAYOUT`] when it was planned.
    pub layout: u32,
    /// The digest of the ledger profile.
    pub profile: String,
    /// Whether the print of the whole set is in it.
    #[serde(default)]
    pub print: bool,
}

impl Recipe {
    /// As this installation builds packages for an authority now.
    pub fn now(ctx: &Context, authority: AuthorityId) -> Self {
        let profile = ctx.ledgers.of(authority).sha256.clone();
        Self { layout: adapters::package::LAYOUT, profile, print: ctx.config.package.print }
    }

    /// As it is written down.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was written down; none was by builds that knew the first layout alone.
    pub fn read(text: Option<&str>) -> Result<Option<Self>, Why> {
        let Some(text) = text else { return Ok(None) };
        let ours = |what: String| Why::new("recipe_unreadable", Owner::Hub, what);
        let read: Self = serde_json::from_str(text)
            .map_err(|error| ours(format!("how its package is built does not read: {error}")))?;
        if read.layout != adapters::package::LAYOUT {
            let layout = read.layout;
            let what = format!("its package has layout {layout}, which a newer build knows");
            return Err(ours(what));
        }
        Ok(Some(read))
    }

    /// The ledger profile, whether or not it is still among the installation's.
    pub async fn profile(&self, ctx: &Context) -> Result<Arc<Profile>, Why> {
        if let Some(known) = ctx.ledgers.by_digest(&self.profile) {
            return Ok(Arc::clone(known));
        }
        let ours = |what: String| Why::new("ledger_profile_missing", Owner::Hub, what);
        let kept = ctx.store.kept_profile(&self.profile).await;
        let kept = kept.map_err(|error| ours(format!("its ledger profile: {error}")))?;
        let sentence = || format!("the ledger profile {} is not in the store", self.profile);
        let kept = kept.ok_or_else(|| ours(sentence()))?;
        let read = Profile::parse(&kept.id, &kept.text);
        Ok(Arc::new(read.map_err(|error| ours(format!("its ledger profile: {error}")))?))
    }
}

/// Writes down the profiles that deliveries may be planned with from now on.
pub async fn keep_profiles(store: &Store, ledgers: &Ledgers) -> Result<(), StoreError> {
    let row = |profile: &Arc<Profile>| ProfileRow {
        sha256: profile.sha256.clone(),
        id: profile.id.clone(),
        text: profile.text.clone(),
    };
    let rows: Vec<_> = ledgers.profiles().map(row).collect();
    let mut tx = store.begin().await?;
    tx.keep_profiles(&rows).await?;
    tx.commit().await
}
