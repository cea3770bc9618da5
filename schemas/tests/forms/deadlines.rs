//! Deadlines and the business calendar.

use jiff::civil::{Date, date};
use schemas::FilingKind;
use schemas::deadline::{ClosedDay, Counted, Judged, Moments, Question, Timeliness};

use super::support::{catalogue, service};

fn question<'a>(kind: FilingKind, code: &str, event: Date) -> Question<'a> {
    Question {
        kind,
        service: service(code),
        authority: None,
        event: Some(event),
        direction: None,
        additions: &[],
    }
}

fn judge(question: &Question<'_>, filed: Date) -> Judged {
    let judged = catalogue().deadlines().judge(question, &Moments::first(filed));
    judged.expect("there is a rule")
}

#[track_caller]
fn assert_due(question: &Question<'_>, due: Date) {
    let judged = judge(question, due);
    assert_eq!((judged.timeliness, judged.due), (Timeliness::InTime, Some(due)), "{judged:#?}");
    let next = due.tomorrow().expect("a day");
    assert_eq!(judge(question, next).timeliness, Timeliness::Late, "{due} is the last day");
}

#[test]
fn the_calendar_knows_holidays_substitutes_and_the_turn_of_the_year() {
    let calendar = catalogue().deadlines().calendar();
    for (day, name) in [
        (date(2024, 2, 12), "休日"),
        (date(2024, 5, 6), "休日"),
        (date(2024, 8, 12), "休日"),
        (date(2024, 9, 23), "休日"),
        (date(2024, 11, 4), "休日"),
        (date(2025, 2, 24), "休日"),
        (date(2025, 5, 6), "休日"),
        (date(2025, 11, 24), "休日"),
        (date(2026, 5, 6), "休日"),
        (date(2026, 9, 22), "休日"),
        (date(2027, 3, 22), "休日"),
        (date(2027, 9, 23), "秋分の日"),
        (date(2024, 12, 29), "年末年始"),
        (date(2024, 12, 31), "年末年始"),
        (date(2025, 1, 1), "元日"),
        (date(2025, 1, 3), "年末年始"),
        (date(2026, 4, 11), "土曜日"),
        (date(2026, 4, 12), "日曜日"),
    ] {
        assert_eq!(calendar.closed(day), Some(name), "{day}");
    }
    for day in [date(2024, 12, 27), date(2025, 1, 6), date(2026, 9, 24), date(2027, 3, 23)] {
        assert!(calendar.is_open(day), "{day}");
    }
    assert!(calendar.covers(date(2027, 12, 31)) && !calendar.covers(date(2028, 1, 1)));
    let moved = |day, rule| calendar.moved(day, rule);
    assert_eq!(moved(date(2026, 9, 21), ClosedDay::NextOpen), date(2026, 9, 24));
    assert_eq!(moved(date(2025, 1, 1), ClosedDay::PreviousOpen), date(2024, 12, 27));
    assert_eq!(moved(date(2025, 1, 1), ClosedDay::NextOpen), date(2025, 1, 6));
    assert_eq!(moved(date(2025, 1, 1), ClosedDay::AsIs), date(2025, 1, 1));
}

#[test]
fn each_year_has_the_holidays_that_the_act_gives_it() {
    let calendar = catalogue().deadlines().calendar();
    for (year, count) in [(2024, 21), (2025, 19), (2026, 18), (2027, 17)] {
        let first = date(year, 1, 1);
        let days = first.series(jiff::ToSpan::days(1)).take_while(|day| day.year() == year);
        let holidays = days.filter(|day| {
            calendar
                .closed(*day)
                .is_some_and(|name| !["土曜日", "日曜日", "年末年始"].contains(&name))
        });
        assert_eq!(holidays.count(), count, "{year}");
    }
}

#[test]
fn a_change_is_notified_within_ten_days_and_a_closed_last_day_moves_on() {
    // 2026-04-10 is a Friday.
    assert_due(&question(FilingKind::Change, "11", date(2026, 3, 31)), date(2026, 4, 10));
    // Ten days on is a Saturday: the Monday after.
    let saturday = question(FilingKind::Change, "78", date(2026, 4, 1));
    assert_due(&saturday, date(2026, 4, 13));
    assert_eq!(judge(&saturday, date(2026, 4, 13)).due_before_closed_day, Some(date(2026, 4, 11)));
    assert_due(&question(FilingKind::Resumption, "11", date(2024, 12, 20)), date(2025, 1, 6));
}

#[test]
fn closing_and_resigning_is_told_a_month_before() {
    assert_due(&question(FilingKind::Closure, "11", date(2026, 5, 31)), date(2026, 4, 30));
    assert_due(&question(FilingKind::Closure, "11", date(2026, 3, 31)), date(2026, 2, 28));
    assert_due(&question(FilingKind::Resignation, "51", date(2026, 6, 1)), date(2026, 5, 1));
    assert_due(&question(FilingKind::Renewal, "11", date(2026, 6, 30)), date(2026, 6, 30));
}

#[test]
fn add_ons_of_visit_and_day_services_go_by_the_fifteenth() {
    let addon = question(FilingKind::Addon, "15", date(2026, 5, 1));
    assert_due(&addon, date(2026, 4, 15));
    let from = |filed| judge(&addon, filed).effective_from;
    assert_eq!(from(date(2026, 4, 1)), Some(date(2026, 5, 1)));
    assert_eq!(from(date(2026, 4, 15)), Some(date(2026, 5, 1)));
    assert_eq!(from(date(2026, 4, 16)), Some(date(2026, 6, 1)));
    assert_eq!(from(date(2026, 12, 16)), Some(date(2027, 2, 1)));
}

#[test]
fn add_ons_of_residential_services_go_by_the_first() {
    let addon = question(FilingKind::Addon, "51", date(2026, 5, 1));
    assert_due(&addon, date(2026, 5, 1));
    let from = |filed| judge(&addon, filed).effective_from;
    assert_eq!(from(date(2026, 4, 2)), Some(date(2026, 5, 1)));
    assert_eq!(from(date(2026, 5, 1)), Some(date(2026, 5, 1)));
    assert_eq!(from(date(2026, 5, 2)), Some(date(2026, 6, 1)));
}

#[test]
fn direction_and_name_of_an_add_on_decide_too() {
    let up = question(FilingKind::Addon, "13", date(2026, 5, 1));
    let down = Question { direction: Some("下がる・算定しなくなる"), ..up };
    let judged = judge(&down, date(2026, 5, 20));
    assert_eq!((judged.rule.as_str(), judged.timeliness), ("addon_going_down", Timeliness::NoDay));
    let named = ["緊急時訪問看護加算".to_owned()];
    let judged = judge(&Question { additions: &named, ..up }, date(2026, 4, 20));
    assert_eq!(judged.rule, "addon_on_receipt");
    assert_eq!(judged.effective_from, Some(date(2026, 4, 20)));
    let both = ["緊急時訪問看護加算".to_owned(), "口腔機能向上加算".to_owned()];
    assert_eq!(
        judge(&Question { additions: &both, ..up }, date(2026, 4, 20)).rule,
        "addon_by_15th"
    );
}

#[test]
fn an_authority_goes_by_its_own_rule_on_closed_days() {
    // 2026-08-15 is a Saturday.
    let addon = question(FilingKind::Addon, "15", date(2026, 9, 1));
    let of = |code: &str| Question { authority: Some(code.parse().expect("a code")), ..addon };
    assert_due(&addon, date(2026, 8, 15));
    assert_due(&of("432156"), date(2026, 8, 14));
    assert_due(&of("160008"), date(2026, 8, 17));
    let judged = judge(&of("432156"), date(2026, 8, 15));
    assert_eq!(judged.authority_name.as_deref(), Some("天草市"));
    assert_eq!(judged.effective_from, Some(date(2026, 10, 1)), "too late for September");
    assert!(judged.sentence_ja().contains("期限を過ぎています"), "{}", judged.sentence_ja());
    // By the first, and the open day before: the month before is in time all the same.
    let residential =
        Question { service: service("32"), event: Some(date(2027, 1, 1)), ..of("432156") };
    assert_due(&residential, date(2026, 12, 31));
}

#[test]
fn an_authority_may_have_a_day_of_its_own() {
    let designation = question(FilingKind::Designation, "11", date(2026, 7, 1));
    let none = catalogue().deadlines().judge(&designation, &Moments::first(date(2026, 6, 1)));
    assert_eq!(none, None, "no law sets a day for an application");
    let of =
        |code: &str| Question { authority: Some(code.parse().expect("a code")), ..designation };
    assert_due(&of("240001"), date(2026, 5, 31));
    assert_due(&of("213616"), date(2026, 6, 1));
}

#[test]
fn first_submission_revisions_and_acceptance_are_kept_apart() {
    let addon = question(FilingKind::Addon, "15", date(2026, 5, 1));
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant");
    // 23:59 on the 15th in Japan; the correction five days later.
    let moments = Moments::of(
        at("2026-04-15T14:59:00Z"),
        &[at("2026-04-20T01:00:00Z")],
        Some(at("2026-04-21T01:00:00Z")),
    );
    assert_eq!((moments.first, moments.accepted), (date(2026, 4, 15), Some(date(2026, 4, 21))));
    let judged = catalogue().deadlines().judge(&addon, &moments).expect("a rule");
    assert_eq!((judged.timeliness, judged.counted), (Timeliness::InTime, Counted::First));
    let yoshikawa = Question { authority: Some("112437".parse().expect("a code")), ..addon };
    let judged = catalogue().deadlines().judge(&yoshikawa, &moments).expect("a rule");
    assert_eq!((judged.timeliness, judged.counted_on), (Timeliness::Late, date(2026, 4, 20)));
    assert_eq!(judged.moments, moments);
    let minute_later = Moments::of(at("2026-04-15T15:00:00Z"), &[], None);
    assert_eq!(minute_later.first, date(2026, 4, 16));
}
