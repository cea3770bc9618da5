//! Opens an S3-compatible store.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, RetryConfig};
use url::Url;

use super::ObjectError;

/// Requests are repeated this often and this long; then the caller waits, and says why.
const RETRIES_MAX: usize = 4;
const RETRY_LIMIT: Duration = Duration::from_secs(15);

/// The bucket, or a folder in it, of `s3://BUCKET/FOLDER`, reached as the `AWS_…` variables say.
pub(super) fn open(
    url: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Arc<dyn ObjectStore>, ObjectError> {
    let parsed: Url = url.parse().map_err(|e| ObjectError::Url(format!("{url}: {e}")))?;
    let bucket = match (parsed.scheme(), parsed.host_str()) {
        ("s3", Some(bucket)) => bucket,
        ("s3", None) => return Err(ObjectError::Url(format!("{url} names no bucket"))),
        (other, _) => return Err(ObjectError::Url(format!("{other}: is no store that we know"))),
    };
    let retry = RetryConfig {
        max_retries: RETRIES_MAX,
        retry_timeout: RETRY_LIMIT,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new().with_retry(retry);
    for (name, value) in variables {
        let name = name.to_ascii_lowercase();
        if name.starts_with("aws_")
            && let Ok(key) = AmazonS3ConfigKey::from_str(&name)
        {
            builder = builder.with_config(key, value);
        }
    }
    let store = builder.with_bucket_name(bucket).build()?;
    let folder =
        Key::from_url_path(parsed.path()).map_err(|e| ObjectError::Url(format!("{url}: {e}")))?;
    Ok(Arc::new(PrefixStore::new(store, folder)))
}
