//! `todoke run`: serves for real.

use std::str::FromStr;

use tokio_util::task::AbortOnDropHandle;

use crate::app::{App, Role};
use crate::config::Config;
use crate::lifecycle::Signals;
use crate::store::{Filter, Store};

/// Serve for real
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Roles of this process, separated by commas; all when left out
    #[arg(value_delimiter = ',', value_parser = Role::from_str)]
    roles: Vec<Role>,
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        !config.http.open_pages,
        "http.open_pages is for `todoke demo` alone: it lets everyone look at the pages of \
         operations. Take it out of the configuration file, or TODOKE_HTTP__OPEN_PAGES out of \
         the environment"
    );
    let roles = if args.roles.is_empty() { Role::ALL.to_vec() } else { args.roles };
    let mut signals = Signals::listen()?;
    let limits = config.stop.limits();
    let app = tokio::select! {
        app = App::start(config, &roles) => app?,
        () = signals.next() => {
            tracing::info!("stopped while starting");
            return Ok(());
        }
    };
    let url = app.ctx.config.http.public_url.clone();
    tracing::info!(address = %app.address, url, "listening");
    // Nothing depends on it: the store may go away, or nobody read, in this very moment.
    let hint = AbortOnDropHandle::new(tokio::spawn(tell_what_is_next(app.ctx.store.clone(), url)));
    signals.next().await;
    drop(hint);
    let break_off = app.break_off();
    Ok(signals.stop_softly(app.stop(), &break_off, limits).await?)
}

async fn tell_what_is_next(store: Store, url: String) -> anyhow::Result<()> {
    let any = Filter { limit: 1, ..Filter::default() };
    if !store.list_filings(&any).await?.is_empty() || !store.api_keys().await?.is_empty() {
        return Ok(());
    }
    super::say(&format!(
        "The store is empty. What to do next, in another terminal:\n\
         \n\
         1. a key for yourself:    todoke key add operations --label 'me'\n\
         2. look at the pages:     {url}/login\n\
         3. an operator:           todoke operator add 7000012050002 --name '…' --mail '…'\n\
         4. a key for it:          todoke key add operator 7000012050002 --label '…'\n\
         5. how an authority is\n\
         \x20  reached:              todoke authority set 011002 endpoint.json\n\
         \x20  (without one it fetches from its inbox: todoke key add authority 011002 …)\n\
         6. the HTTP interface:    {url}/openapi.json\n\
         \n\
         `todoke demo` shows all of it with made-up filings."
    ))
}
