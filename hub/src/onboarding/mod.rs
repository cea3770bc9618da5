//! The stages in which an authority begins, from its launch period to being open to operators:
//! whose turn each is, when it is due, and whether it is done.
//!
//! Days come from a table by launch period (`onboarding.csv`, which names its sources), unless
//! operations moved one. What the master says is derived and never asked for: an authority that is
//! prepared is through all stages up to [`Stage::Ready`]. What is said besides is in `stages`.

mod days;
mod said;

use std::collections::HashMap;
use std::str::FromStr;

use jiff::civil::Date;
use routing::{Body, Master, Status};
use schemas::AuthorityId;

use crate::store::StageRow;

pub use said::{Change, StageProblem, proved, say};

/// One stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// 利用開始時期の設定.
    LaunchPeriod,
    /// 疎通確認.
    ConnectivityCheck,
    /// マスタ情報の登録.
    MasterRegistered,
    /// 試行 (システムテスト).
    Trial,
    /// 本番マスタの修正.
    ProductionMaster,
    /// システム準備完了.
    Ready,
    /// 事業所向け運用開始.
    OpenToOperators,
}

impl Stage {
    /// In the order in which they come.
    pub const ALL: [Self; 7] = [
        Self::LaunchPeriod,
        Self::ConnectivityCheck,
        Self::MasterRegistered,
        Self::Trial,
        Self::ProductionMaster,
        Self::Ready,
        Self::OpenToOperators,
    ];

    /// The word used in SQL, JSON and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LaunchPeriod => "launch_period",
            Self::ConnectivityCheck => "connectivity_check",
            Self::MasterRegistered => "master_registered",
            Self::Trial => "trial",
            Self::ProductionMaster => "production_master",
            Self::Ready => "ready",
            Self::OpenToOperators => "open_to_operators",
        }
    }

    /// Its name in Japanese.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::LaunchPeriod => "利用開始時期の設定",
            Self::ConnectivityCheck => "疎通確認",
            Self::MasterRegistered => "マスタ情報の登録",
            Self::Trial => "試行(システムテスト)",
            Self::ProductionMaster => "本番マスタの修正",
            Self::Ready => "システム準備完了",
            Self::OpenToOperators => "事業所向け運用開始",
        }
    }
}

impl FromStr for Stage {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|stage| stage.as_str()).collect();
            format!("{text:?} is no stage; use one of {}", all.join(", "))
        })
    }
}

/// Whose turn a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// The authority itself.
    Authority,
    /// Its prefecture.
    Prefecture,
    /// The hub's staff.
    Hub,
}

impl Keeper {
    /// The word used in the table of days and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Prefecture => "prefecture",
            Self::Hub => "hub",
        }
    }
}

impl FromStr for Keeper {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Authority, Self::Prefecture, Self::Hub]
            .into_iter()
            .find(|keeper| keeper.as_str() == text)
            .ok_or(())
    }
}

/// Why a stage counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The master says so.
    ByMaster,
    /// Somebody said so, or a check proved it; when, in milliseconds.
    Said(i64),
}

/// A stage of an authority as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub stage: Stage,
    /// Whose turn it is.
    pub keeper: Keeper,
    /// When it is due; unions have no launch period, and so no day unless one is set.
    pub due_on: Option<Date>,
    /// Why it is done, if it is.
    pub done: Option<Done>,
    /// What was said of it last.
    pub said: Option<StageRow>,
}

impl Standing {
    /// Whether its day has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.done.is_none() && self.due_on.is_some_and(|day| day < today)
    }
}

/// Days from one to another; negative where the other comes before.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// An authority or union with its stages.
pub struct Beginner<'m> {
    /// Which.
    pub body: Body<'m>,
    /// All seven, in order.
    pub stages: Vec<Standing>,
}

impl Beginner<'_> {
    /// The first stage that is not done.
    pub fn next(&self) -> Option<&Standing> {
        self.stages.iter().find(|standing| standing.done.is_none())
    }
}

/// All authorities and unions that begin: those exempt from the hub do not.
pub fn all(master: &Master, rows: Vec<StageRow>, today: Date) -> Vec<Beginner<'_>> {
    let mut said: HashMap<AuthorityId, Vec<StageRow>> = HashMap::new();
    for row in rows {
        said.entry(row.authority).or_default().push(row);
    }
    let authorities = master.authorities_on(today).map(|it| (Body::from(it), it.launch_period));
    let authorities = authorities.map(|(body, period)| (body, Some(period)));
    let unions = master.unions_on(today).map(|it| (Body::from(it), None));
    let all = authorities.chain(unions).filter(|(body, _)| is_beginner(body));
    all.map(|(body, period)| {
        let rows = said.remove(&body.id).unwrap_or_default();
        Beginner { stages: standings(&body, period, &rows), body }
    })
    .collect()
}

/// One of them, if it begins.
pub fn one(
    master: &Master,
    authority: AuthorityId,
    (rows, today): (&[StageRow], Date),
) -> Option<Vec<Standing>> {
    let body = master.body(authority, today).filter(is_beginner)?;
    let mut rows_of = master.authorities_on(today).filter(|it| it.code == authority);
    let period = rows_of.next().map(|it| it.launch_period);
    Some(standings(&body, period, rows))
}

fn is_beginner(body: &Body<'_>) -> bool {
    body.reception.status != Status::Exempt
}

fn standings(body: &Body<'_>, period: Option<u8>, rows: &[StageRow]) -> Vec<Standing> {
    let standing = |stage: Stage| {
        let said = rows.iter().find(|row| row.stage == stage.as_str()).cloned();
        let planned = days::of(period, stage);
        let moved = said.as_ref().and_then(|row| row.due_on);
        let done = if is_done(body, stage) {
            Some(Done::ByMaster)
        } else {
            said.as_ref().and_then(|row| row.done_at).map(Done::Said)
        };
        Standing { stage, keeper: days::keeper(stage), due_on: moved.or(planned), done, said }
    };
    Stage::ALL.into_iter().map(standing).collect()
}

/// Whether the master says that it is.
fn is_done(body: &Body<'_>, stage: Stage) -> bool {
    let reception = body.reception;
    match stage {
        // Its row has one; a union begins with its members.
        Stage::LaunchPeriod => true,
        Stage::ConnectivityCheck
        | Stage::MasterRegistered
        | Stage::Trial
        | Stage::ProductionMaster
        | Stage::Ready => reception.prepared,
        Stage::OpenToOperators => reception.prepared && reception.status == Status::Open,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 4, 1);

    #[test]
    fn who_is_prepared_is_through_and_others_are_as_far_as_was_said() {
        let master = Master::embedded().expect("a master");
        let all = all(&master, Vec::new(), TODAY);
        let is_through = |it: &Beginner<'_>| it.next().is_none();
        assert!(all.iter().filter(|it| it.body.reception.prepared).all(is_through));
        let begins = all.iter().find(|it| !it.body.reception.prepared).expect("one begins");
        let next = begins.next().expect("a stage");
        assert_eq!(next.stage, Stage::ConnectivityCheck, "its launch period is known");
        let due_on = next.due_on.expect("a day");
        assert!(next.is_overdue(TODAY) && !next.is_overdue(due_on), "not on the day itself");
        let row = StageRow {
            authority: begins.body.id,
            stage: "connectivity_check".into(),
            due_on: Some(TODAY),
            done_at: None,
            person: "key:o".into(),
            name: "運用".into(),
            why: "人事異動".into(),
            updated_at: 1,
        };
        let of = |row: &StageRow| {
            let rows = std::slice::from_ref(row);
            one(&master, begins.body.id, (rows, TODAY)).expect("it begins").remove(1)
        };
        let moved = of(&row);
        assert_eq!((moved.due_on, moved.done, moved.is_overdue(TODAY)), (Some(TODAY), None, false));
        let done = of(&StageRow { done_at: Some(5), ..row });
        assert_eq!(done.done, Some(Done::Said(5)));
    }

    #[test]
    fn words_come_back() {
        for stage in Stage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(stage));
        }
        assert!("done".parse::<Stage>().is_err());
        assert_eq!(days_between(date(2026, 3, 30), date(2026, 4, 2)), 3);
        assert_eq!(days_between(date(2026, 4, 2), date(2026, 3, 30)), -3);
    }
}
