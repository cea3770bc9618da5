//! 一括申請: many filings in one upload, over the interface.

use hub::store::LineFilter;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::browser::{Browser, Seen};
use crate::world::World;

/// What each change notice needs.
const HEAD: &str = "手続,事業所名,所在地の市区町村,サービスの種類,申請者(届出者) 主たる事務所の所在地,\
                    申請者(届出者) 代表者 職名,申請者(届出者) 代表者 氏名,事業所・施設 所在地,\
                    変更年月日,変更があった事項,変更前,変更後,担当者・連絡先 担当者氏名,\
                    担当者・連絡先 電話番号";

/// A row of its own for each number; its day as given.
pub(crate) fn row(number: usize, day: &str) -> String {
    format!(
        "変更届出,デイサービス第{number},札幌市,15 通所介護,札幌市中央区北1条西2丁目,理事長,山田 花子,\
         札幌市北区1,{day},運営規程、電話番号・FAX番号,旧,新,佐藤 太郎,011-211-2111"
    )
}

/// So many rows below the headings, some of them written over.
pub(crate) fn table(count: usize, over: &[(usize, String)]) -> String {
    let text = |number| {
        let other = over.iter().find(|(place, _)| *place == number);
        other.map_or_else(|| row(number, "2026/7/10"), |(_, text)| text.clone())
    };
    let rows: Vec<_> = (1..=count).map(text).collect();
    format!("{HEAD}\r\n{}\r\n", rows.join("\r\n"))
}

pub(crate) struct Client<'w> {
    world: &'w World,
    key: &'w str,
}

impl Client<'_> {
    async fn upload(&self, key: &str, media_type: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let request = self.world.post("/v1/bulk").header("Idempotency-Key", key);
        let request = request.header(CONTENT_TYPE, media_type).body(body);
        self.ask(request).await
    }

    pub(crate) async fn csv(&self, key: &str, text: &str) -> (StatusCode, Value) {
        self.upload(key, "text/csv", text.as_bytes().to_vec()).await
    }

    async fn file(&self, id: &str, rows: &str) -> (StatusCode, Value) {
        let request = self.world.post(&format!("/v1/bulk/{id}/filing"));
        self.ask(request.body(json!({"rows": rows}).to_string())).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(self.world.get(path)).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key));
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a text");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

pub(crate) fn operator(world: &World) -> Client<'_> {
    Client { world, key: &world.operator_key }
}

pub(crate) fn counts(view: &Value) -> [i64; 4] {
    let of = |name: &str| view[name].as_i64().expect("a number");
    [of("good") + of("warned"), of("bad"), of("filed"), of("drafted")]
}

pub(crate) fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

pub(crate) async fn filings(world: &World) -> usize {
    let of_kind = hub::store::OwnFilter {
        corporate_number: crate::rows::operator_number(),
        kind: None,
        state: None,
        text: Some("デイサービス第".to_owned()),
        before: None,
        before_id: None,
        limit: 1_000,
    };
    world.ctx.store.own_filings(&of_kind).await.expect("a store").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_hundred_rows_three_are_told_and_the_others_filed_once() {
    let world = World::new(false).await;
    let client = operator(&world);
    let bad = [
        (7, row(7, "2026-02-30")),
        (150, row(150, "2026-07-10").replace("札幌市,15", "府中市,15")),
        (300, row(300, "2026-07-10").replace(",旧,新,", ",旧,,")),
    ];
    let text = table(300, &bad);
    let (status, view) = client.csv("july", &text).await;
    assert_eq!((status, counts(&view)), (StatusCode::CREATED, [297, 3, 0, 0]), "{view}");
    let id = id(&view);

    let (status, rows) = client.get(view["report"].as_str().expect("a link")).await;
    assert_eq!(status, StatusCode::OK);
    let told = rows.as_array().expect("rows").iter().map(|row| {
        let first = &row["findings"][0];
        (
            row["row"].as_i64(),
            first["cell"].as_str(),
            first["column"].as_str(),
            first["level"].as_str(),
        )
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            (Some(8), Some("I8"), Some("変更年月日"), Some("error")),
            (Some(151), Some("C151"), Some("所在地の市区町村"), Some("error")),
            (Some(301), Some("L301"), Some("変更後"), Some("error")),
        ]
    );

    let (status, problem) = client.file(&id, "all").await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("bulk_not_all_good")));
    assert_eq!(filings(&world).await, 0);
    let (status, view) = client.file(&id, "good").await;
    assert_eq!((status, counts(&view)), (StatusCode::OK, [0, 3, 297, 0]), "{view}");
    assert_eq!(filings(&world).await, 297);
    // The same again, by the same key, and filed again: nothing is made twice.
    let (status, again) = client.csv("july", &text).await;
    assert_eq!((status, &again["id"]), (StatusCode::OK, &view["id"]));
    let (status, view) = client.file(&id, "good").await;
    assert_eq!((status, counts(&view)), (StatusCode::OK, [0, 3, 297, 0]));
    assert_eq!(filings(&world).await, 297);
    let (_, rows) =
        client.get(&format!("/v1/bulk/{id}/rows?state=filed&after=300&limit=500")).await;
    assert_eq!(rows.as_array().map(Vec::len), Some(0), "row 301 is one of the three");
    let (_, rows) = client.get(&format!("/v1/bulk/{id}/rows?state=filed&after=299")).await;
    let number = rows[0]["receipt_number"].as_str().expect("a receipt number");
    assert_eq!(rows[0]["office_name"], "デイサービス第299");
    let (status, filing) = client.get(&format!("/v1/filings/{number}")).await;
    assert_eq!((status, &filing["receipt_number"]), (StatusCode::OK, &json!(number)));

    let (status, problem) = client.csv("july", &table(2, &[])).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_goes_on_where_it_stopped() {
    let world = World::new(false).await;
    let client = operator(&world);
    let (_, view) = client.csv("cut", &table(20, &[])).await;
    let id = id(&view);
    // A process receipted some rows, and vanished before it could write that down.
    let bulk_id = id.parse().expect("an id");
    let filter = LineFilter { bulk_id, states: &[], after: 0, limit: 300 };
    let lines = world.ctx.store.bulk_lines(&filter).await.expect("a store");
    for line in lines.iter().step_by(3) {
        let request = world.post("/v1/filings").body(line.body.clone().expect("a filing"));
        let key = format!("bulk:{}:{}", line.bulk_id, line.number);
        let (status, answer) = client.ask(request.header("Idempotency-Key", key)).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }
    assert_eq!(filings(&world).await, 7);
    let (status, view) = client.file(&id, "all").await;
    assert_eq!((status, counts(&view)), (StatusCode::OK, [0, 0, 20, 0]));
    assert_eq!(filings(&world).await, 20, "none is filed twice");
    // Two at once do no harm to each other either.
    let (_, view) = client.csv("two", &table(40, &[])).await;
    let id = self::id(&view);
    let (one, other) = tokio::join!(client.file(&id, "all"), client.file(&id, "good"));
    assert_eq!((one.0, other.0), (StatusCode::OK, StatusCode::OK));
    assert_eq!(counts(&client.get(&format!("/v1/bulk/{id}")).await.1), [0, 0, 40, 0]);
    assert_eq!(filings(&world).await, 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_of_a_program_is_taken_too_and_the_rest_given_back() {
    let world = World::new(false).await;
    let client = operator(&world);
    let good = serde_json::to_value(crate::rows::submission(2)).expect("a filing");
    let all = json!([good, {"kind": "change"}]).to_string();
    let (status, view) = client.upload("array", "application/json", all.into_bytes()).await;
    assert_eq!((status, counts(&view)), (StatusCode::CREATED, [1, 1, 0, 0]), "{view}");
    let id = id(&view);
    let (_, rows) = client.get(&format!("/v1/bulk/{id}/rows?state=bad")).await;
    assert_eq!(rows[0]["findings"][0]["code"], "json_invalid");
    let (status, rest) = client.get(&format!("/v1/bulk/{id}/remainder")).await;
    assert_eq!((status, rest), (StatusCode::OK, json!([{"kind": "change"}])));
    let (_, view) = client.file(&id, "good").await;
    assert_eq!(counts(&view), [0, 1, 1, 0]);

    let (_, view) = client.csv("table", &table(3, &[(2, row(2, "?"))])).await;
    let path = format!("/v1/bulk/{}/remainder", self::id(&view));
    let (status, book) = client.get(&path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(book.as_str().is_some_and(|bytes| bytes.starts_with("PK")), "a workbook");
    let (status, all) = client.get("/v1/bulk").await;
    assert_eq!((status, all.as_array().map(Vec::len)), (StatusCode::OK, Some(3)));

    let authority = Client { world: &world, key: &world.authority_key };
    assert_eq!(authority.get(&path).await.0, StatusCode::FORBIDDEN);
    assert_eq!(authority.csv("x", &table(1, &[])).await.0, StatusCode::FORBIDDEN);
    let stranger = hub::web::access::Scope::Operator(schemas::codes::corporate_number_of(2));
    let key = crate::answers::key_of(&world, stranger, "tests").await;
    let stranger = Client { world: &world, key: &key };
    assert_eq!(stranger.get(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stranger.file(&id, "good").await.0, StatusCode::NOT_FOUND);
    let theirs = stranger.get("/v1/bulk").await.1;
    assert_eq!(theirs.as_array().map(Vec::len), Some(1), "one of their own: {theirs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_has_limits_and_says_which_of_them_it_meets() {
    let world = World::new(false).await;
    let client = operator(&world);
    let (status, problem) = client.csv("rows", &table(301, &[])).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "bulk_rows_max");
    let mut bytes = table(1, &[]).into_bytes();
    bytes.resize(200_000, b'\n');
    let (status, view) = client.upload("size", "text/csv", bytes.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{view}");
    bytes.push(b'\n');
    let (status, problem) = client.upload("over", "text/csv", bytes).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(problem["code"], "bulk_bytes_max");
    for (media_type, code) in [("image/png", "bulk_type"), ("", "bulk_type")] {
        let (status, problem) = client.upload("type", media_type, b"x".to_vec()).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!(code)));
    }
    let (status, problem) = client.csv("head", "好きな色\n青\n").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let findings = problem["findings"].as_array().expect("findings");
    assert_eq!((&findings[0]["code"], findings.len()), (&json!("bulk_heading_unknown"), 5));
    // With the one that the world has.
    for key in ["second", "third"] {
        assert_eq!(client.csv(key, &table(1, &[])).await.0, StatusCode::CREATED);
    }
    let (status, problem) = client.csv("fourth", &table(1, &[])).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("bulk_max")));
    assert_eq!(client.csv("third", &table(1, &[])).await.0, StatusCode::OK, "it is there");
}

/// The address of the upload that a browser was led to.
async fn uploaded(browser: &mut Browser<'_>, name: &str, text: &str) -> Seen {
    let page = browser.get("/operator/bulk").await;
    let key = page.text.split("name=\"key\" value=\"").nth(1).expect("a key");
    let key = key.split('"').next().expect("an end").to_owned();
    let token = browser.token();
    let fields = [("token", token.as_str()), ("key", key.as_str())];
    let files = [(name, "application/vnd.ms-excel", text.as_bytes())];
    browser.send_files("/operator/bulk", &fields, &files).await
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_pages_the_way_goes_from_the_template_to_the_receipts() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    // The template has a row for each office that is known with the service.
    let csv = browser.get("/operator/bulk/template?kind=change&service=78&as=csv").await;
    assert_eq!(csv.status, StatusCode::OK);
    assert!(csv.text.lines().count() > 10, "{}", csv.text);
    assert!(csv.text.contains("変更届出,ケアステーション第1<b>&amp;,"), "{}", csv.text);
    let book = browser.get("/operator/bulk/template?kind=change&service=78&as=xlsx").await;
    assert!(book.text.starts_with("PK"));
    let none = browser.get("/operator/bulk/template?kind=change").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A file that cannot be read is told of, with the cell.
    let wrong = uploaded(&mut browser, "x.csv", "手続,好きな色\n変更届出,青\n").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("B1") && wrong.text.contains("好きな色"), "{}", wrong.text);

    let bad =
        [(60, row(60, "2026-02-30")), (61, row(61, "2026-07-10").replace("札幌市,15", "?,15"))];
    let seen = uploaded(&mut browser, "7月.csv", &table(120, &bad)).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    let report = seen.to().to_owned();
    let page = browser.get(&report).await;
    for told in [
        "7月.csv",
        "I61",
        "変更年月日",
        "C62",
        "所在地の市区町村",
        "デイサービス第61",
        "直す行を除いて提出する (118)",
    ] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert!(!page.text.contains("デイサービス第1<"), "the rows to mend are shown first");
    // Page by page.
    let first = browser.get(&format!("{report}?state=good")).await;
    let next = first.text.split("rel=\"next\" href=\"").nth(1).expect("a second page");
    let next =
        next.split(['"', '#']).next().expect("an end").replace("&amp;", "&").replace("&#38;", "&");
    assert!(next.starts_with(&report), "{next}");
    assert!(browser.get(&next).await.text.contains("デイサービス第"));
    // The one that reads becomes a draft, once.
    let draft = browser.send(&format!("{report}/draft"), &[("number", "61")]).await;
    let again = browser.send(&format!("{report}/draft"), &[("number", "61")]).await;
    assert!(draft.to().starts_with("/operator/drafts/"), "{}", draft.to());
    assert_eq!(draft.to(), again.to());
    let review = browser.get(draft.to()).await;
    assert!(review.text.contains("デイサービス第60"), "{}", review.text);
    let unread = browser.send(&format!("{report}/draft"), &[("number", "62")]).await;
    assert_eq!(unread.to(), report, "too little of it reads");

    let all = browser.send(&format!("{report}/file"), &[("which", "all")]).await;
    assert_eq!(all.status, StatusCode::CONFLICT);
    assert!(all.text.contains("直す行があるため、提出しませんでした。"));
    let filed = browser.send(&format!("{report}/file"), &[("which", "good")]).await;
    assert_eq!((filed.status, filed.to()), (StatusCode::SEE_OTHER, report.as_str()));
    let page = browser.get(&report).await;
    assert!(page.text.contains("/operator/filings/T"), "{}", page.text);
    assert_eq!(filings(&world).await, 118);
    // Whoever goes back and sends it again makes nothing twice.
    browser.send(&format!("{report}/file"), &[("which", "good")]).await;
    assert_eq!(filings(&world).await, 118);
    let kept = browser.send(&format!("{report}/discard"), &[("sure", "yes")]).await;
    assert_eq!(kept.to(), report, "what was filed of it stays told");
    let rest = browser.get(&format!("{report}/remainder")).await;
    assert!(rest.text.starts_with("PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_not_filed_can_be_thrown_away() {
    let world = World::new(false).await;
    let mut browser = Browser::with_key(&world, &world.operator_key).await;
    let seen = uploaded(&mut browser, "x.csv", &table(1, &[])).await;
    let report = seen.to().to_owned();
    let unsure = browser.send(&format!("{report}/discard"), &[]).await;
    assert_eq!(unsure.to(), report);
    let gone = browser.send(&format!("{report}/discard"), &[("sure", "yes")]).await;
    assert_eq!(gone.to(), "/operator/bulk");
    assert_eq!(browser.get(&report).await.status, StatusCode::NOT_FOUND);
}
