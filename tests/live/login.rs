//! People and a real OIDC provider, from the log-in page to their own.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail, ensure};
use hub::app::{App, Role};
use hub::config::{Config, Provider};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use tests::servers::{Oidc, oidc};
use url::Url;

const OPERATORS: &str = "operators";
const AUTHORITIES: &str = "authorities";
const OPERATIONS: &str = "operations";

/// What the hub's own pages say when they let nobody in.
const UNTRUE: &str = "認証の内容を確かめられませんでした";
const STRANGER: &str = "このログインは続けられません";
const SPENT: &str = "このログインはもう使えません";
const AWAY: &str = "いまログインできません";

/// A hub and the issuer of all its people.
struct Place {
    hub: String,
    app: App,
    issuer: Oidc,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn start() -> Result<Self> {
        Self::start_with(|_| ()).await
    }

    async fn start_with(change: impl FnOnce(&mut Config)) -> Result<Self> {
        let listen = format!("127.0.0.1:{}", oidc::port()?);
        let hub = format!("http://{listen}");
        let issuer = Oidc::start(&hub)?;
        let folder = tempfile::tempdir()?;
        let mut config = Config::defaults()?;
        config.http.listen = listen;
        config.data.folder = folder.path().join("hub");
        let login = &mut config.login;
        set(&mut login.operators, OPERATORS, &issuer);
        set(&mut login.authorities, AUTHORITIES, &issuer);
        set(&mut login.operations, OPERATIONS, &issuer);
        change(&mut config);
        config.fill_in();
        let app = App::start(config, &Role::ALL).await?;
        Ok(Self { hub, app, issuer, _folder: folder })
    }

    fn login(&self, section: &str, query: &str) -> String {
        format!("{}/login/{section}?{query}", self.hub)
    }
}

fn set(it: &mut Provider, section: &str, issuer: &Oidc) {
    it.issuer = issuer.issuer();
    section.clone_into(&mut it.client_id);
    it.client_secret = Oidc::secret(section);
}

/// A browser: cookies by origin, redirects followed.
struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
}

/// A page, and the addresses on the way to it.
struct Page {
    way: Vec<Url>,
    status: StatusCode,
    text: String,
}

impl Page {
    fn url(&self) -> &Url {
        self.way.last().expect("an address")
    }

    /// The address by which someone came back to the hub.
    fn back(&self) -> Result<Url> {
        let back = self.way.iter().find(|url| url.path().ends_with("/back"));
        back.cloned().context("nobody came back")
    }

    fn says(&self, status: StatusCode, words: &str) -> Result<()> {
        let found = self.status == status && self.text.contains(words);
        ensure!(found, "no {words:?} at {}: {} {}", self.url(), self.status, self.text);
        Ok(())
    }

    fn is_at(&self, path: &str) -> Result<()> {
        let url = self.url();
        let here = url.query().map_or(url.path().to_owned(), |it| format!("{}?{it}", url.path()));
        ensure!(here == path, "at {url}, not {path}: {} {}", self.status, self.text);
        ensure!(self.status == StatusCode::OK, "{path}: {}", self.status);
        Ok(())
    }
}

impl Browser {
    fn new() -> Result<Self> {
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(none).no_proxy().build()?;
        Ok(Self { client, cookies: Mutex::default() })
    }

    async fn get(&self, url: &str) -> Result<Page> {
        self.ask(Method::GET, url.parse()?, "", usize::MAX).await
    }

    /// Tells the issuer who it is.
    async fn say(&self, asked: &Page, account: &str, hops: usize) -> Result<Page> {
        let at = asked.url();
        ensure!(at.path().starts_with("/interaction/"), "nobody asks at {at}: {}", asked.text);
        self.ask(Method::POST, at.clone(), &format!("account={account}"), hops).await
    }

    async fn log_in(&self, url: &str, account: &str) -> Result<Page> {
        let asked = self.get(url).await?;
        self.say(&asked, account, usize::MAX).await
    }

    /// Comes as far as the address that leads back to the hub, and does not follow it.
    async fn almost(&self, url: &str, account: &str) -> Result<Url> {
        let asked = self.ask(Method::GET, url.parse()?, "", 2).await?;
        if let Ok(back) = asked.back() {
            return Ok(back);
        }
        self.say(&asked, account, 1).await?.back()
    }

    fn sent(&self, url: &Url) -> String {
        let all = self.cookies.lock().expect("cookies");
        let own = all.get(&url.origin().ascii_serialization()).into_iter().flatten();
        own.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn session(&self, hub: &str) -> Option<String> {
        let all = self.cookies.lock().expect("cookies");
        all.get(hub).and_then(|own| own.get("todoke")).filter(|it| !it.is_empty()).cloned()
    }

    fn keep(&self, url: &Url, answer: &reqwest::Response) {
        let mut all = self.cookies.lock().expect("cookies");
        let own = all.entry(url.origin().ascii_serialization()).or_default();
        for value in answer.headers().get_all(SET_COOKIE) {
            let text = value.to_str().unwrap_or_default();
            let pair = text.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                own.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Asks, and follows redirects up to the one that is the `hops`th from one origin to another.
    async fn ask(&self, method: Method, url: Url, body: &str, mut hops: usize) -> Result<Page> {
        let (mut method, mut url, mut body) = (method, url, body.to_owned());
        let mut way = vec![url.clone()];
        loop {
            let request = self.client.request(method, url.clone()).header(COOKIE, self.sent(&url));
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = request.body(body).send().await?;
            self.keep(&url, &answer);
            let status = answer.status();
            let Some(to) = answer.headers().get(LOCATION).filter(|_| status.is_redirection())
            else {
                return Ok(Page { way, status, text: answer.text().await? });
            };
            let to = url.join(to.to_str()?)?;
            way.push(to.clone());
            if way.len() > 20 {
                bail!("in circles: {way:?}");
            }
            if to.origin() != url.origin() {
                if hops <= 1 {
                    return Ok(Page { way, status, text: String::new() });
                }
                hops -= 1;
            }
            (method, url, body) = (Method::GET, to, String::new());
        }
    }
}

#[tokio::test]
async fn prime_and_member_come_in_to_the_page_that_they_asked_for() -> Result<()> {
    let place = Place::start().await?;
    for (account, name) in [("prime", "GビズIDプライム"), ("member", "GビズIDメンバー")]
    {
        let browser = Browser::new()?;
        let door = browser.get(&format!("{}/operator/start?kind=change", place.hub)).await?;
        door.says(StatusCode::OK, "GビズIDでログイン")?;
        let link = "/login/operators?next=/operator/start%3Fkind%3Dchange";
        ensure!(door.text.contains(link), "{}", door.text);
        let page = browser.log_in(&format!("{}{link}", place.hub), account).await?;
        page.is_at("/operator/start?kind=change")?;
        page.says(StatusCode::OK, "社会福祉法人 試験会")?;
        page.says(StatusCode::OK, name)?;
        let first = browser.session(&place.hub).context("a session")?;
        // Who is known at the issuer still is not asked again; the session is another.
        let page = browser.get(&place.login(OPERATORS, "next=//evil.example/")).await?;
        page.is_at("/operator")?;
        ensure!(browser.session(&place.hub).context("a session")? != first, "the same session");
    }
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn chromium_goes_to_the_provider_and_comes_back() -> Result<()> {
    let place = Place::start().await?;
    tests::browser::play(&place.hub, "login.mjs", &[]).await?;
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn staff_come_in_where_they_belong_and_others_are_told_whom_to_ask() -> Result<()> {
    let place = Place::start().await?;
    for (section, account, home) in
        [(AUTHORITIES, "clerk", "/authority"), (OPERATIONS, "operator", "/")]
    {
        let page = Browser::new()?.log_in(&place.login(section, ""), account).await?;
        page.is_at(home)?;
    }
    for (section, account, words) in [
        (AUTHORITIES, "stranger", "登録されていないアカウントです"),
        (AUTHORITIES, "operator", "登録されていないアカウントです"),
        (OPERATIONS, "clerk", "登録されていないアカウントです"),
        (OPERATORS, "clerk", "アカウントの情報が足りません"),
        (OPERATORS, "entry", "GビズIDエントリーでは利用できません"),
        (OPERATORS, "sole", "法人番号のないアカウントです"),
    ] {
        let browser = Browser::new()?;
        let page = browser.log_in(&place.login(section, ""), account).await?;
        page.says(StatusCode::FORBIDDEN, words)?;
        ensure!(browser.session(&place.hub).is_none(), "{account} is in at {section}");
        // The issuer knows them now; the way on asks for an account nevertheless.
        let link = format!("/login/{section}?again=1");
        ensure!(page.text.contains(&link), "no way on: {}", page.text);
        let asked = browser.get(&format!("{}{link}", place.hub)).await?;
        ensure!(asked.url().path().starts_with("/interaction/"), "at {}", asked.url());
    }
    let browser = Browser::new()?;
    let demo = browser.get(&format!("{}/demo", place.hub)).await?;
    ensure!(demo.status == StatusCode::NOT_FOUND, "a hub that runs has the demo's door");
    let page = browser.log_in(&place.login(OPERATORS, ""), "").await?;
    page.says(StatusCode::BAD_REQUEST, "ログインを中止しました")?;
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_an_issuer_does_not_prove_lets_nobody_in() -> Result<()> {
    let place = Place::start().await?;
    let wrong =
        ["wrong-issuer", "wrong-audience", "wrong-nonce", "expired", "wrong-key", "unsigned"];
    for account in wrong {
        let browser = Browser::new()?;
        let page = browser.log_in(&place.login(OPERATORS, ""), account).await?;
        page.says(StatusCode::FORBIDDEN, UNTRUE)?;
        ensure!(browser.session(&place.hub).is_none(), "{account} is in");
    }
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_way_back_is_good_once_and_in_one_browser() -> Result<()> {
    let place = Place::start().await?;
    let (own, other) = (Browser::new()?, Browser::new()?);
    let back = own.almost(&place.login(OPERATORS, ""), "prime").await?;
    other.get(back.as_str()).await?.says(StatusCode::BAD_REQUEST, STRANGER)?;
    // A victim's own state with a code that is someone else's: PKCE holds it off.
    let planted = other.almost(&place.login(OPERATORS, ""), "member").await?;
    let code = |url: &Url| {
        let code = url.query_pairs().find(|(name, _)| name == "code");
        code.map(|(_, code)| code.into_owned()).context("a code")
    };
    let mixed = planted.as_str().replace(&code(&planted)?, &code(&back)?);
    other.get(&mixed).await?.says(StatusCode::BAD_REQUEST, SPENT)?;
    for (from, to) in [("/operators/", "/operations/"), ("state=", "state=x"), ("code=", "no=")] {
        let wrong = back.as_str().replace(from, to);
        own.get(&wrong).await?.says(StatusCode::BAD_REQUEST, STRANGER)?;
    }
    let wrong = back.as_str().replace("iss=http", "iss=https");
    own.get(&wrong).await?.says(StatusCode::FORBIDDEN, UNTRUE)?;
    ensure!(own.session(&place.hub).is_none() && other.session(&place.hub).is_none(), "in");

    // Two tabs: each comes back as it left, and once.
    let fresh = Browser::new()?;
    let first = fresh.almost(&place.login(OPERATORS, "next=/operator/bulk"), "prime").await?;
    let second = fresh.almost(&place.login(OPERATORS, "next=/operator/start"), "prime").await?;
    fresh.get(first.as_str()).await?.is_at("/operator/bulk")?;
    fresh.get(second.as_str()).await?.is_at("/operator/start")?;
    fresh.get(first.as_str()).await?.says(StatusCode::BAD_REQUEST, SPENT)?;
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn an_issuer_may_go_and_come_back_with_other_keys() -> Result<()> {
    let mut place = Place::start().await?;
    let url = place.login(OPERATORS, "");
    place.issuer.kill()?;
    Browser::new()?.get(&url).await?.says(StatusCode::SERVICE_UNAVAILABLE, AWAY)?;
    place.issuer.restart()?;
    let browser = Browser::new()?;
    let back = browser.almost(&url, "prime").await?;
    place.issuer.kill()?;
    browser.get(back.as_str()).await?.says(StatusCode::SERVICE_UNAVAILABLE, AWAY)?;
    place.issuer.restart()?;
    Browser::new()?.log_in(&url, "prime").await?.is_at("/operator")?;
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn who_proved_themselves_long_ago_does_it_anew() -> Result<()> {
    let place = Place::start().await?;
    let browser = Browser::new()?;
    browser.log_in(&place.login(OPERATORS, ""), "prime").await?.is_at("/operator")?;
    // The issuer knows them still, and asks nevertheless.
    let again = place.login(OPERATORS, "again=1&next=/operator/start");
    browser.log_in(&again, "prime").await?.is_at("/operator/start")?;
    let sleepy = Browser::new()?.log_in(&again, "sleepy").await?;
    sleepy.says(StatusCode::FORBIDDEN, "ご本人の確認ができませんでした")?;
    place.app.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_wrong_setting_ends_the_start_and_is_named() -> Result<()> {
    let started = Place::start_with(|config| config.login.operators.client_id.clear()).await;
    let Err(error) = started else { bail!("it started") };
    ensure!(error.to_string().starts_with("login.operators.client_id"), "{error:#}");
    Ok(())
}
