//! The proxy in front of a process: what it lets out, whom it lets in, and where it tries again.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use axum::http::StatusCode;
use hub::config::Config;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, Response};
use serde_json::Value;
use tests::house::change;
use tests::servers::free_port;
use tests::servers::nginx::{Nginx, Site};
use tokio::net::TcpListener;

use super::{read, run};

/// The names of `deploy/nginx/todoke.conf`.
const FRONT: &str = "https://todoke.example";
const PULL: &str = "https://pull.todoke.example";
const SAPPORO: &str = "011002";

/// What openssl is to put into certificates.
const REQUEST: &str = "\
[req]
prompt = no
distinguished_name = name
[name]
CN = todoke
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:todoke.example, DNS:pull.todoke.example
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
";

/// Certificates that nobody else trusts.
struct Papers<'f>(&'f Path);

impl Papers<'_> {
    /// Makes `NAME.pem` and `NAME.key`, signed by another's key or its own.
    fn sign(&self, name: &str, sort: &str, by: Option<&str>) -> Result<()> {
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-config", "request", "-days", "2", "-nodes"]);
        openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-extensions", sort, "-subj", &format!("/CN={name}")]);
        if let Some(by) = by {
            openssl.args(["-CA", &format!("{by}.pem"), "-CAkey", &format!("{by}.key")]);
        }
        openssl.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]);
        run(openssl.current_dir(self.0)).map(drop)
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        std::fs::read(self.0.join(name)).with_context(|| name.to_owned())
    }

    /// What someone shows who has such a certificate.
    fn identity(&self, name: &str) -> Result<Identity> {
        let both = [self.read(&format!("{name}.key"))?, self.read(&format!("{name}.pem"))?];
        Ok(Identity::from_pem(&both.concat())?)
    }
}

/// Keys of the interface.
pub(super) struct Keys {
    pub(super) operator: String,
    pub(super) authority: String,
}

/// The proxy, before a process and one that is only starting, and those who come to it.
pub(super) struct Proxy {
    nginx: Nginx,
    put_off: Arc<AtomicUsize>,
    plain: SocketAddr,
    tls: SocketAddr,
    /// Shows no certificate, one of the authorities', and one of somebody else's.
    nobody: Client,
    sapporo: Client,
    stranger: Client,
    /// By the address of its own, without the proxy.
    process: String,
}

impl Proxy {
    /// Starts it before the process on this port.
    pub(super) async fn start(process: u16) -> Result<Self> {
        let (site, [plain, tls]) = (Site::new()?, [free_port()?, free_port()?]);
        let put_off = Arc::new(AtomicUsize::new(0));
        let starting = starting(Arc::clone(&put_off)).await?;
        lay_out(site.path(), [plain, tls, process, starting])?;
        let papers = Papers(&site.path().join("tls"));
        let [plain, tls] = [plain, tls].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let client = || -> Result<reqwest::ClientBuilder> {
            let root = Certificate::from_pem(&papers.read("servers.pem")?)?;
            let client = Client::builder().no_proxy().redirect(Policy::none());
            let client = client.resolve("todoke.example", tls).resolve("pull.todoke.example", tls);
            Ok(client.tls_certs_only([root]))
        };
        let nobody = client()?.build()?;
        let sapporo = client()?.identity(papers.identity("sapporo")?).build()?;
        let stranger = client()?.identity(papers.identity("stranger")?).build()?;
        let nginx = site.serve(tls.port())?;
        let process = format!("http://127.0.0.1:{process}");
        Ok(Self { nginx, put_off, plain, tls, nobody, sapporo, stranger, process })
    }

    async fn ask(&self, client: &Client, url: &str, key: &str) -> Result<Response> {
        let url = url.replacen(".example", &format!(".example:{}", self.tls.port()), 1);
        Ok(client.get(url).bearer_auth(key).send().await?)
    }

    /// What is for neighbours alone stays inside; all else is reached, over TLS only.
    pub(super) async fn lets_out_only_what_it_should(&self) -> Result<()> {
        for path in ["/metrics", "/readyz", "/livez"] {
            let own = self.nobody.get(format!("{}{path}", self.process)).send().await?;
            ensure!(own.status() == 200, "{path} of the process: {}", own.status());
            for host in [FRONT, PULL] {
                let client = if host == FRONT { &self.nobody } else { &self.sapporo };
                let told = self.ask(client, &format!("{host}{path}"), "").await?.status();
                ensure!(told == 404, "{host}{path}: {told}");
            }
        }
        let seen = self.ask(&self.nobody, &format!("{FRONT}/login"), "").await?;
        ensure!(seen.headers().contains_key("strict-transport-security"), "{seen:?}");
        let (told, text) = (seen.status(), seen.text().await?);
        ensure!(told == 200 && text.contains("<form"), "{told} {text}");

        let plain = format!("http://{}/login", self.plain);
        let sent = self.nobody.get(plain).header("host", "todoke.example").send().await?;
        let to = sent.headers().get("location").and_then(|to| to.to_str().ok());
        ensure!(sent.status() == 301 && to == Some("https://todoke.example/login"), "{sent:?}");

        let link = format!("{FRONT}/packages/x?token=himitsu");
        self.ask(&self.nobody, &link, "").await?;
        // A request is logged after its answer is out.
        let mut log = String::new();
        for _ in 0..100 {
            log = self.nginx.read("todoke.log")?;
            if log.contains("\"GET /packages/x\"") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        ensure!(log.contains("\"GET /packages/x\"") && !log.contains("himitsu"), "{log}");
        Ok(())
    }

    /// Takes filings while one of the processes only says that it starts.
    pub(super) async fn takes_filings(&self, keys: &Keys) -> Result<()> {
        for number in 0..4 {
            let answer = self.file(keys, number, &change(SAPPORO, &[])).await?;
            ensure!(answer.status() == 201, "{}", answer.text().await?);
        }
        let put_off = self.put_off.load(Ordering::Relaxed);
        ensure!(put_off > 0, "no other process was asked");
        // More than the hub takes is refused before it comes there.
        let large = "x".repeat(1 << 20);
        let answer = self.file(keys, 4, &large).await?;
        ensure!(answer.status() == 413, "{}", answer.status());
        // What is streamed through cannot go to another process: of two, one says so.
        let mut told = Vec::new();
        for _ in 0..2 {
            let request =
                self.nobody.post(self.front("/v1/attachments")).bearer_auth(&keys.operator);
            let request = request.header("content-type", "application/pdf");
            let file = [b"%PDF-1.7".as_slice(), &vec![b'%'; 3 << 20]].concat();
            told.push(request.body(file).send().await?.status().as_u16());
        }
        ensure!(told.contains(&201), "{told:?}");
        Ok(())
    }

    fn front(&self, path: &str) -> String {
        format!("{FRONT}:{}{path}", self.tls.port())
    }

    async fn file<T: serde::Serialize + Sync>(
        &self,
        keys: &Keys,
        number: u32,
        filing: &T,
    ) -> Result<Response> {
        let request = self.nobody.post(self.front("/v1/filings")).bearer_auth(&keys.operator);
        let request = request.header("idempotency-key", format!("proxy-{number}"));
        Ok(request.json(filing).send().await?)
    }

    /// An authority's program fetches what was filed to it, by its certificate and its key; who
    /// lacks either is refused, and so is who tries it where people go.
    pub(super) async fn hands_over_only_by_certificate(&self, keys: &Keys) -> Result<()> {
        let inbox = format!("{PULL}/v1/inbox");
        for (who, client) in [("nobody", &self.nobody), ("a stranger", &self.stranger)] {
            let told = self.ask(client, &inbox, &keys.authority).await?.status();
            ensure!(told == 400, "{who}: {told}");
        }
        let told = self.ask(&self.sapporo, &inbox, "").await?.status();
        ensure!(told == 401, "a certificate is no key: {told}");
        let own = ["/v1/authorities/011002/master", "/v1/reports/2026-01"];
        for path in ["/v1/inbox", "/v1/inbox/x/package", "/v1/exports"].into_iter().chain(own) {
            let url = format!("{FRONT}{path}");
            let told = self.ask(&self.sapporo, &url, &keys.authority).await?.status();
            ensure!(told == 403, "{path}: {told}");
        }
        for path in ["/login", "/v1/filings", "/v1/operations/summary"] {
            let told = self.ask(&self.sapporo, &format!("{PULL}{path}"), &keys.authority).await?;
            ensure!(told.status() == 404, "{path}: {}", told.status());
        }
        for path in own {
            let url = format!("{PULL}{path}");
            let told = self.ask(&self.stranger, &url, &keys.authority).await?.status();
            ensure!(told == 400, "{path}: {told}");
            // Of that month nothing is counted, as the hub itself says, and not the proxy.
            let told = self.ask(&self.sapporo, &url, &keys.authority).await?;
            let (status, said) = (told.status(), told.text().await?);
            let is_hub = serde_json::from_str::<Value>(&said).is_ok();
            ensure!(is_hub && [200, 404].contains(&status.as_u16()), "{path}: {status} {said}");
        }
        let arrived = async {
            loop {
                let seen = self.ask(&self.sapporo, &inbox, &keys.authority).await?;
                let seen: Value = seen.error_for_status()?.json().await?;
                if let Some(delivery) = seen[0]["delivery"].as_str() {
                    return anyhow::Ok(delivery.to_owned());
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let limit = std::time::Duration::from_secs(30);
        let delivery = tokio::time::timeout(limit, arrived).await.context("nothing arrived")??;
        let package = format!("{inbox}/{delivery}/package");
        let package = self.ask(&self.sapporo, &package, &keys.authority).await?;
        let bytes = package.error_for_status()?.bytes().await?;
        ensure!(bytes.starts_with(b"PK"), "no package");
        Ok(())
    }
}

/// The site as it is deployed, on ports and in a folder of its own.
fn lay_out(folder: &Path, [plain, tls, process, starting]: [u16; 4]) -> Result<()> {
    let at = folder.to_str().context("its path")?;
    let mut text = read("nginx/todoke.conf")?;
    for (deployed, here) in [
        ("    listen [::]:80;\n", String::new()),
        ("    listen [::]:443 ssl http2;\n", String::new()),
        ("listen 80;", format!("listen 127.0.0.1:{plain};")),
        ("listen 443 ", format!("listen 127.0.0.1:{tls} ")),
        ("127.0.0.1:8080", format!("127.0.0.1:{process}")),
        ("127.0.0.1:8090", format!("127.0.0.1:{starting}")),
        ("/etc/todoke/tls/", format!("{at}/tls/")),
        ("/etc/nginx/snippets/", format!("{at}/")),
        ("/var/log/nginx/", format!("{at}/")),
    ] {
        ensure!(text.contains(deployed), "deploy/nginx/todoke.conf has no {deployed:?}");
        text = text.replace(deployed, &here);
    }
    std::fs::write(folder.join("site.conf"), text)?;
    let shared = read("nginx/todoke-proxy.conf")?.replace("/var/log/nginx/", &format!("{at}/"));
    std::fs::write(folder.join("todoke-proxy.conf"), shared)?;

    let tls = folder.join("tls");
    std::fs::create_dir(&tls)?;
    std::fs::write(tls.join("request"), REQUEST)?;
    let papers = Papers(&tls);
    papers.sign("servers", "authority", None)?;
    papers.sign("todoke.example", "server", Some("servers"))?;
    papers.sign("pull.todoke.example", "server", Some("servers"))?;
    papers.sign("authorities-ca", "authority", None)?;
    papers.sign("sapporo", "client", Some("authorities-ca"))?;
    papers.sign("others", "authority", None)?;
    papers.sign("stranger", "client", Some("others"))
}

/// A process that says to everything that it is not there yet; counts how often. Gives its port.
async fn starting(asked: Arc<AtomicUsize>) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let answer = move || {
        asked.fetch_add(1, Ordering::Relaxed);
        std::future::ready(StatusCode::SERVICE_UNAVAILABLE)
    };
    let routes = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(port)
}

/// `10m` in bytes.
fn bytes(size: &str) -> Result<u64> {
    let (number, unit) = size.split_at(size.len() - 1);
    let shift = match unit {
        "m" => 20,
        "g" => 30,
        _ => anyhow::bail!("{size}: no unit"),
    };
    Ok(number.parse::<u64>()? << shift)
}

#[test]
fn the_proxy_takes_as_much_as_the_hub() -> Result<()> {
    let (text, config) = (read("nginx/todoke.conf")?, Config::defaults()?);
    for (location, expected) in [
        ("/v1/filings", u64::try_from(config.http.body_bytes_max)?),
        ("/v1/inbox", u64::try_from(config.http.body_bytes_max)?),
        ("= /v1/bulk", u64::try_from(config.bulk.bytes_max)?),
        ("= /v1/attachments", config.limits.attachment_bytes_max),
    ] {
        let mut found = 0;
        for part in text.split(&format!("location {location} {{\n")).skip(1) {
            let size = part.split("client_max_body_size ").nth(1).context("no size")?;
            let size = bytes(size.split(';').next().unwrap_or_default())?;
            ensure!(size == expected, "{location}: {size}, and the hub takes {expected}");
            found += 1;
        }
        ensure!(found > 0, "no location {location}");
    }
    // As JSON or as a form a table of the master is longer than it is.
    let master = u64::try_from(config.master.import_bytes_max)?;
    for (location, times) in [("= /v1/operations/master", 6), ("= /master/apply", 4)] {
        let part = text.split(&format!("location {location} {{\n")).nth(1).context(location)?;
        let size = part.split("client_max_body_size ").nth(1).context("no size")?;
        let size = bytes(size.split(';').next().unwrap_or_default())?;
        ensure!(size >= master * times, "{location}: {size}");
    }
    let table = u64::try_from(config.bulk.bytes_max)?;
    let rest = text.split("location / {\n").nth(1).context("no location for pages")?;
    let rest = rest.split("client_max_body_size ").nth(1).context("no size")?;
    let rest = bytes(rest.split(';').next().unwrap_or_default())?;
    ensure!(rest > table && rest > config.uploads.piece_bytes, "{rest}");
    Ok(())
}
