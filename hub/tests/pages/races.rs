//! Two people at once: one is first, the other is told who that was, and nothing is done twice.

use hub::delivery::Review;
use reqwest::StatusCode;
use schemas::{DeliveryId, FilingId};

use crate::answers::{colleague, key_of};
use crate::browser::{Browser, Seen};
use crate::cases::{change, filed};
use crate::drafts::{begin, submission_of};
use crate::rows::operator_number;
use crate::world::World;
use crate::written::{base, change_notice, pairs, version};

/// Times that a race is run: who is first is up to the machine.
const ROUNDS: usize = 6;

/// Another of the operator's people.
async fn second<'w>(world: &'w World, name: &str) -> Browser<'w> {
    let scope = hub::web::access::Scope::Operator(operator_number());
    Browser::with_key(world, &key_of(world, scope, name).await).await
}

async fn filing_of(world: &World, id: DeliveryId) -> FilingId {
    world.ctx.store.delivery(id).await.expect("a store").expect("a delivery").filing_id
}

async fn withdraw(browser: &mut Browser<'_>, filing: FilingId, reason: &str) -> Seen {
    let path = format!("/operator/filings/{}/withdraw", filing.receipt_number());
    browser.send(&path, &[("reason", reason), ("sure", "yes")]).await
}

async fn withdrawals(world: &World, filing: FilingId) -> usize {
    let revisions = world.ctx.store.revisions(filing).await.expect("a store");
    revisions.iter().filter(|it| it.action == "withdraw").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_withdrawal_and_an_answer_one_counts_and_the_other_is_told() {
    let world = World::new(false).await;
    let mut operator = Browser::with_key(&world, &world.operator_key).await;
    let mut clerk = Browser::with_key(&world, &colleague(&world, "佐藤").await).await;
    for round in 0..ROUNDS {
        let id = filed(&world.ctx, &change(&world.ctx)).await;
        let filing = filing_of(&world, id).await;
        let page = format!("/operator/filings/{}", filing.receipt_number());
        operator.get(&format!("{page}/withdraw")).await;
        clerk.get(&format!("/authority/deliveries/{id}")).await;
        let path = format!("/authority/deliveries/{id}/decision");
        let accept = [("verdict", "accepted"), ("comment", "確認しました。")];
        // In turn, so that each is begun first.
        let (withdrawn, answered) = if round % 2 == 0 {
            tokio::join!(withdraw(&mut operator, filing, "重複"), clerk.send(&path, &accept))
        } else {
            let both = async {
                tokio::join!(clerk.send(&path, &accept), withdraw(&mut operator, filing, "重複"))
            };
            let (answered, withdrawn) = both.await;
            (withdrawn, answered)
        };
        let store = &world.ctx.store;
        let is_withdrawn = store.filing(filing).await.expect("a store").expect("it").withdrawn_at;
        let decision = store.decision(id).await.expect("a store");
        let review = store.delivery(id).await.expect("a store").expect("a delivery").review;
        if is_withdrawn.is_some() {
            assert!(decision.is_none() && review == Review::Withdrawn, "{decision:?} {review:?}");
            assert_eq!(withdrawn.to(), page, "{}", withdrawn.text);
            assert_eq!(answered.status, StatusCode::CONFLICT, "{}", answered.text);
            let told = "に社会福祉法人 ひだまり会が取り下げたため、回答は記録していません";
            assert!(answered.text.contains(told), "{}", answered.text);
            assert!(answered.text.contains("確認しました。"), "nobody's words are lost");
        } else {
            assert_eq!((withdrawals(&world, filing).await, review), (0, Review::Accepted));
            assert!(decision.is_some() && answered.status == StatusCode::SEE_OTHER);
            assert_eq!(withdrawn.status, StatusCode::CONFLICT, "{}", withdrawn.text);
            let told = "に札幌市が受付完了としました。";
            assert!(withdrawn.text.contains(told), "{}", withdrawn.text);
        }
        let loser = if is_withdrawn.is_some() { &answered } else { &withdrawn };
        assert!(loser.text.contains("2026-07-15 10:"), "and when: {}", loser.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_withdraw_at_once_both_see_it_withdrawn() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.operator_key).await;
    let mut other = second(&world, "同僚").await;
    for _ in 0..ROUNDS {
        let filing = filing_of(&world, filed(&world.ctx, &change(&world.ctx)).await).await;
        let page = format!("/operator/filings/{}", filing.receipt_number());
        for browser in [&mut one, &mut other] {
            browser.get(&format!("{page}/withdraw")).await;
        }
        let (first, second) = tokio::join!(
            withdraw(&mut one, filing, "重複していました"),
            withdraw(&mut other, filing, "誤りでした"),
        );
        assert_eq!((first.to(), second.to()), (&*page, &*page), "{}{}", first.text, second.text);
        assert_eq!(withdrawals(&world, filing).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_sent_twice_at_once_is_one_filing() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.operator_key).await;
    let mut other = second(&world, "同僚").await;
    let mut numbers = Vec::new();
    for round in 0..3 {
        let draft = begin(&mut one).await;
        let form = format!("{draft}/forms/0");
        let shown = base(&one.get(&form).await.text);
        let mark = format!("変更前 {round}");
        let fields = change_notice(&world, &shown, &[("/before", &mark), ("action", "next")]);
        assert_eq!(one.send(&form, &pairs(&fields)).await.status, StatusCode::SEE_OTHER);
        let seen = version(&one.get(&format!("{draft}/review")).await.text);
        other.get(&format!("{draft}/review")).await;
        let (path, fields) = (format!("{draft}/submit"), [("version", seen.as_str())]);
        let (first, second) = tokio::join!(one.send(&path, &fields), other.send(&path, &fields));
        for seen in [&first, &second] {
            assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
        }
        let list = one.get("/operator?text=青葉").await.text;
        let filed = crate::links(&list, "/operator/filings/");
        assert_eq!(filed.len(), round + 1, "one more: {filed:?}");
        // By number, or by id once the draft knows what it has become.
        for seen in [first, second] {
            let page = one.get(seen.to()).await;
            let number = filed.iter().find(|it| !numbers.contains(*it)).expect("a new one");
            let number = number.rsplit('/').next().expect("a number");
            assert!(page.text.contains(number) && page.text.contains(&mark), "{}", page.text);
        }
        numbers = filed;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_windows_that_save_at_once_one_is_shown_the_others_words() {
    let world = World::new(false).await;
    let mut one = Browser::with_key(&world, &world.operator_key).await;
    let mut other = second(&world, "同僚").await;
    let draft = begin(&mut one).await;
    let form = format!("{draft}/forms/0");
    for round in 0..ROUNDS {
        let shown = base(&one.get(&form).await.text);
        assert_eq!(shown, base(&other.get(&form).await.text));
        let words = [format!("火曜定休 {round}"), format!("水曜定休 {round}")];
        let [mine, theirs] =
            [0, 1].map(|place: usize| change_notice(&world, &shown, &[("/before", &words[place])]));
        let (mine, theirs) = (pairs(&mine), pairs(&theirs));
        let (first, second) = tokio::join!(one.send(&form, &mine), other.send(&form, &theirs));
        let stored = submission_of(&world, &draft).await;
        let stored =
            stored.form["forms"][0]["fields"]["before"].as_str().expect("words").to_owned();
        let (winner, loser) = if stored == words[0] { (first, second) } else { (second, first) };
        assert!(words.contains(&stored), "{stored}");
        assert_eq!(winner.status, StatusCode::SEE_OTHER, "{}", winner.text);
        assert_eq!(loser.status, StatusCode::CONFLICT, "{}", loser.text);
        for words in &words {
            assert!(loser.text.contains(words), "nobody's words are lost: {}", loser.text);
        }
    }
}
