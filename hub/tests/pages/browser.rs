//! A browser as the pages' visitors have one: it keeps cookies, and sends forms with what the page
//! before gave it.

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, StatusCode};

use crate::world::World;

/// A browser.
pub(crate) struct Browser<'w> {
    world: &'w World,
    cookies: Vec<(String, String)>,
    token: String,
    /// The port of another process of the hub that is asked.
    port: Option<u16>,
}

/// What was answered.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Seen {
    /// Where it leads; empty when nowhere.
    pub(crate) fn to(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().expect("text"))
    }
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, cookies: Vec::new(), token: String::new(), port: None }
    }

    /// One in which someone has logged in with a key.
    pub(crate) async fn with_key(world: &'w World, key: &str) -> Self {
        let mut browser = Self::new(world);
        browser.log_in(key).await;
        browser
    }

    pub(crate) async fn log_in(&mut self, key: &str) {
        self.get("/login").await;
        let seen = self.send("/login", &[("key", key)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    }

    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        let request = self.world.get(path);
        self.ask(request, path).await
    }

    /// Sends a form with the token of the page seen last.
    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let token = self.token.clone();
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        self.send_bare(path, &all).await
    }

    /// Sends a form just as it is.
    pub(crate) async fn send_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = self.world.post(path).form(fields);
        self.ask(request, path).await
    }

    /// Sends a form with files, each with its media type, as browsers do.
    pub(crate) async fn send_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Seen {
        let mut body = Vec::new();
        let mut part = |head: String, bytes: &[u8]| {
            body.extend_from_slice(b"--edge\r\nContent-Disposition: form-data; ");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        for (name, text) in fields {
            part(format!("name=\"{name}\""), text.as_bytes());
        }
        for (name, media_type, bytes) in files {
            let head = format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: {media_type}");
            part(head, bytes);
        }
        body.extend_from_slice(b"--edge--\r\n");
        let request = self.world.post(path).body(body);
        let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.ask(request, path).await
    }

    /// What forms of the page seen last carry.
    pub(crate) fn token(&self) -> String {
        self.token.clone()
    }

    /// From now on forms carry this, until the next page is seen.
    pub(crate) fn set_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// Sends a file by a form with the token of the page seen last, as what paper, as which type.
    pub(crate) async fn upload(
        &mut self,
        path: &str,
        (item, name, media_type): (&str, &str, &str),
        bytes: &[u8],
    ) -> Seen {
        let token = self.token();
        let fields = [("token", token.as_str()), ("item", item)];
        self.send_files(path, &fields, &[(name, media_type, bytes)]).await
    }

    /// Sends a piece of a file that begins here, as scripts do; with a digest if one is given.
    pub(crate) async fn piece(
        &mut self,
        path: &str,
        (offset, bytes): (usize, &[u8]),
        digest: Option<&str>,
    ) -> Seen {
        let request = Client::new().patch(format!("{}{path}", self.world.address));
        let request = request.header("form-token", self.token()).header("upload-offset", offset);
        let request = match digest {
            Some(digest) => request.header("content-digest", format!("sha-256=:{digest}:")),
            None => request,
        };
        self.ask(request.body(bytes.to_vec()), path).await
    }

    /// From now on asks another process of the hub, on this port.
    pub(crate) fn go_to(&mut self, port: u16) {
        self.port = Some(port);
    }

    /// The cookie's value; empty without one.
    pub(crate) fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(it, _)| it != name);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    async fn ask(&mut self, request: RequestBuilder, path: &str) -> Seen {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (client, request) = request.header(COOKIE, cookies.join("; ")).build_split();
        let mut request = request.expect("a request");
        if self.port.is_some() {
            request.url_mut().set_port(self.port).expect("an address");
        }
        let response = client.execute(request).await.expect("an answer");
        for given in response.headers().get_all(SET_COOKIE) {
            let pair = given.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.set_cookie(name, value);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let is_page =
            headers.get("content-type").is_some_and(|it| it == "text/html; charset=utf-8");
        let body = response.bytes().await.expect("a body");
        let text = String::from_utf8_lossy(&body).into_owned();
        let is_fault = status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE;
        assert!(!is_fault, "{path}: {status}\n{text}");
        if is_page {
            crate::assert_sound(path, &headers, &text);
            if let Some(token) = text.split("name=\"token\" value=\"").nth(1) {
                token.split('"').next().expect("an end").clone_into(&mut self.token);
            }
        }
        Seen { status, headers, text, bytes: body.into() }
    }
}
