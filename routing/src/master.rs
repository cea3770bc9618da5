//! The master: the dated tables of authorities, unions, services, transfers, kinds and articles.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;
use schemas::{AuthorityId, FilingKind, ServiceCode};

use crate::amend::Said;
use crate::authority::{AuthorityRow, Body, Class, UnionRow};
use crate::check;
use crate::roll::Roll;
use crate::rule::{KindRow, Rule, RuleRow, TransferRow};
use crate::selector::ServiceSet;
use crate::service::ServiceRow;
use crate::table::{MasterFault, Sheet};

/// The texts of the tables, by file.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// `VERSION`: the day of the facts, a dot, a number.
    pub version: &'a str,
    /// `authorities.csv`.
    pub authorities: &'a str,
    /// `unions.csv`.
    pub unions: &'a str,
    /// `services.csv`.
    pub services: &'a str,
    /// `transfers.csv`.
    pub transfers: &'a str,
    /// `kinds.csv`.
    pub kinds: &'a str,
    /// `rules.csv`.
    pub rules: &'a str,
}

impl Tables<'static> {
    /// The tables of `routing/master`, as they were when this was built.
    pub const EMBEDDED: Self = Self {
        version: include_str!("../master/VERSION"),
        authorities: include_str!("../master/authorities.csv"),
        unions: include_str!("../master/unions.csv"),
        services: include_str!("../master/services.csv"),
        transfers: include_str!("../master/transfers.csv"),
        kinds: include_str!("../master/kinds.csv"),
        rules: include_str!("../master/rules.csv"),
    };
}

/// The texts that a master was read from: amendments are made to them.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    pub(crate) version: String,
    pub(crate) authorities: String,
    pub(crate) unions: String,
    pub(crate) services: String,
    pub(crate) transfers: String,
    pub(crate) kinds: String,
    pub(crate) rules: String,
}

impl Texts {
    fn of(tables: &Tables<'_>) -> Self {
        Self {
            version: tables.version.trim().to_owned(),
            authorities: tables.authorities.to_owned(),
            unions: tables.unions.to_owned(),
            services: tables.services.to_owned(),
            transfers: tables.transfers.to_owned(),
            kinds: tables.kinds.to_owned(),
            rules: tables.rules.to_owned(),
        }
    }

    pub(crate) fn of_roll(&self, roll: Roll) -> &str {
        match roll {
            Roll::Authorities => &self.authorities,
            Roll::Unions => &self.unions,
        }
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables {
            version: &self.version,
            authorities: &self.authorities,
            unions: &self.unions,
            services: &self.services,
            transfers: &self.transfers,
            kinds: &self.kinds,
            rules: &self.rules,
        }
    }
}

/// The tables do not make a master; every fault that was found is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterError {
    /// At least one fault, in the order of the files.
    pub faults: Vec<MasterFault>,
}

impl fmt::Display for MasterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the master has {} fault(s)", self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl std::error::Error for MasterError {}

/// What the tables hold about one code.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// Rows of the authority itself, or of the union when the code is a union's id.
    pub(crate) rows: Vec<usize>,
    /// Rows of unions of which it is a member.
    pub(crate) unions: Vec<usize>,
    /// Rows of transfers to it, or to a union of which it is a member.
    pub(crate) transfers: Vec<usize>,
}

/// The tables, read and linked. Immutable: a new version is a new `Master`.
#[derive(Debug, Clone)]
pub struct Master {
    pub(crate) texts: Texts,
    pub(crate) version: String,
    pub(crate) as_of: Date,
    pub(crate) authorities: Vec<AuthorityRow>,
    pub(crate) unions: Vec<UnionRow>,
    pub(crate) services: Vec<ServiceRow>,
    pub(crate) transfers: Vec<TransferRow>,
    pub(crate) kinds: Vec<KindRow>,
    pub(crate) rules: Vec<RuleRow>,
    pub(crate) places: HashMap<AuthorityId, Place>,
    pub(crate) service_rows: HashMap<ServiceCode, Vec<usize>>,
    pub(crate) kind_rows: Vec<Vec<usize>>,
    /// By 2-digit code: the prefecture's own code.
    pub(crate) prefecture_codes: HashMap<String, AuthorityId>,
    /// What amendments have said for which day.
    pub(crate) said: Said,
}

impl Master {
    /// The master that is built in.
    pub fn embedded() -> Result<Self, MasterError> {
        Self::parse(&Tables::EMBEDDED)
    }

    /// The master that these texts make, or everything that is wrong with them.
    pub fn parse(tables: &Tables<'_>) -> Result<Self, MasterError> {
        let mut faults = Vec::new();
        let as_of = parse_version(tables.version, &mut faults);
        let mut master = Self {
            texts: Texts::of(tables),
            version: tables.version.trim().to_owned(),
            as_of,
            authorities: Sheet::new(AuthorityRow::FILE, AuthorityRow::COLUMNS, &mut faults)
                .rows(tables.authorities, AuthorityRow::parse),
            unions: Sheet::new(UnionRow::FILE, UnionRow::COLUMNS, &mut faults)
                .rows(tables.unions, UnionRow::parse),
            services: Sheet::new(ServiceRow::FILE, ServiceRow::COLUMNS, &mut faults)
                .rows(tables.services, ServiceRow::parse),
            transfers: Sheet::new(TransferRow::FILE, TransferRow::COLUMNS, &mut faults)
                .rows(tables.transfers, TransferRow::parse),
            kinds: Sheet::new(KindRow::FILE, KindRow::COLUMNS, &mut faults)
                .rows(tables.kinds, KindRow::parse),
            rules: Sheet::new(RuleRow::FILE, RuleRow::COLUMNS, &mut faults)
                .rows(tables.rules, RuleRow::parse),
            places: HashMap::new(),
            service_rows: HashMap::new(),
            kind_rows: vec![Vec::new(); FilingKind::ALL.len()],
            prefecture_codes: HashMap::new(),
            said: Said::new(),
        };
        master.link();
        // Rows that could not be read would only make false alarms here.
        if faults.is_empty() {
            check::check(&master, &mut faults);
        }
        if faults.is_empty() { Ok(master) } else { Err(MasterError { faults }) }
    }

    /// The version, as plans and receipts name it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day of the facts.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// Every row of `authorities.csv`.
    pub fn authorities(&self) -> &[AuthorityRow] {
        &self.authorities
    }

    /// The authorities that exist on `date`.
    pub fn authorities_on(&self, date: Date) -> impl Iterator<Item = &AuthorityRow> {
        self.authorities.iter().filter(move |row| row.period.contains(date))
    }

    /// Every row of `unions.csv`.
    pub fn unions(&self) -> &[UnionRow] {
        &self.unions
    }

    /// The unions that exist on `date`.
    pub fn unions_on(&self, date: Date) -> impl Iterator<Item = &UnionRow> {
        self.unions.iter().filter(move |row| row.period.contains(date))
    }

    /// Every row of `services.csv`.
    pub fn services(&self) -> &[ServiceRow] {
        &self.services
    }

    /// Every row of `transfers.csv`.
    pub fn transfers(&self) -> &[TransferRow] {
        &self.transfers
    }

    /// The prefectures that exist on `date`, in the order of the table.
    pub fn prefectures(&self, date: Date) -> impl Iterator<Item = &AuthorityRow> {
        self.authorities_on(date).filter(|row| row.class == Class::Prefecture)
    }

    /// The authority of that code on `date`; a union's id has none.
    pub fn authority(&self, code: AuthorityId, date: Date) -> Option<&AuthorityRow> {
        if code.is_union() {
            return None;
        }
        let rows = &self.places.get(&code)?.rows;
        rows.iter().map(|i| &self.authorities[*i]).find(|row| row.period.contains(date))
    }

    /// The union of that id on `date`.
    pub fn union(&self, id: AuthorityId, date: Date) -> Option<&UnionRow> {
        if !id.is_union() {
            return None;
        }
        let rows = &self.places.get(&id)?.rows;
        rows.iter().map(|i| &self.unions[*i]).find(|row| row.period.contains(date))
    }

    /// The authority or union of that code on `date`.
    pub fn body(&self, code: AuthorityId, date: Date) -> Option<Body<'_>> {
        let union = || self.union(code, date).map(Body::from);
        self.authority(code, date).map(Body::from).or_else(union)
    }

    /// The name by which people know a code, on whatever day; the code itself when unknown.
    pub fn name(&self, code: AuthorityId) -> String {
        let last = self.places.get(&code).and_then(|place| place.rows.last());
        match last {
            Some(row) if code.is_union() => self.unions[*row].name.clone(),
            Some(row) => self.authorities[*row].name.clone(),
            None => code.to_string(),
        }
    }

    /// The service of that code on `date`.
    pub fn service(&self, code: ServiceCode, date: Date) -> Option<&ServiceRow> {
        self.service_on(code, date).map(|(_, row)| row)
    }

    /// The row of `kinds.csv` that holds for `kind` on `date`.
    pub fn kind(&self, kind: FilingKind, date: Date) -> Option<&KindRow> {
        let rows = &self.kind_rows[kind as usize];
        rows.iter().map(|i| &self.kinds[*i]).find(|row| row.period.contains(date))
    }

    /// What a rule rests on beside the service's own article; may be empty.
    pub fn article(&self, rule: Rule) -> &str {
        self.rules.iter().find(|row| row.rule == rule).map_or("", |row| &row.article)
    }

    /// The designated city of which `code` is a 行政区: the city's code is the nearest below it.
    pub(crate) fn city_of_ward(
        &self,
        code: AuthorityId,
        date: Date,
    ) -> Option<(AuthorityId, String)> {
        if code.is_union() || code.as_str().as_bytes()[2] != b'1' {
            return None;
        }
        let cities = self.authorities_on(date).filter(|row| {
            row.class == Class::DesignatedCity
                && row.code.prefecture() == code.prefecture()
                && row.code < code
        });
        cities.max_by_key(|row| row.code).map(|row| (row.code, row.name.clone()))
    }

    pub(crate) fn service_on(&self, code: ServiceCode, date: Date) -> Option<(usize, &ServiceRow)> {
        let rows = self.service_rows.get(&code)?;
        let mut dated = rows.iter().map(|i| (*i, &self.services[*i]));
        dated.find(|(_, row)| row.period.contains(date))
    }

    /// Fills what is looked up by code, and turns words into sets.
    fn link(&mut self) {
        for (i, row) in self.services.iter().enumerate() {
            self.service_rows.entry(row.code).or_default().push(i);
        }
        for (i, row) in self.kinds.iter_mut().enumerate() {
            row.allowed = ServiceSet::of(&row.services, &self.services);
            self.kind_rows[row.kind as usize].push(i);
        }
        for (i, row) in self.authorities.iter().enumerate() {
            self.places.entry(row.code).or_default().rows.push(i);
            if row.class == Class::Prefecture {
                self.prefecture_codes.insert(row.code.prefecture().to_owned(), row.code);
            }
        }
        for (i, row) in self.unions.iter_mut().enumerate() {
            row.holds = ServiceSet::of(&row.services, &self.services);
            self.places.entry(row.id).or_default().rows.push(i);
            for member in &row.members {
                self.places.entry(*member).or_default().unions.push(i);
            }
        }
        self.link_transfers();
    }

    /// A transfer to a union reaches the places of all its members.
    fn link_transfers(&mut self) {
        for (i, row) in self.transfers.iter_mut().enumerate() {
            row.covers = ServiceSet::of(&row.services, &self.services);
            let unions = self.unions.iter().filter(|union| union.id == row.to);
            let mut places: Vec<_> = unions.flat_map(|union| &union.members).copied().collect();
            places.push(row.to);
            places.sort_unstable();
            places.dedup();
            for place in places {
                self.places.entry(place).or_default().transfers.push(i);
            }
        }
    }
}

/// The day in front of the version's dot.
fn parse_version(text: &str, faults: &mut Vec<MasterFault>) -> Date {
    let day = text.trim().split_once('.').and_then(|(day, number)| {
        // With amendments, the number of the last of them stands behind it: 2024-12-11.1+7.
        let (number, last) = number.split_once('+').unwrap_or((number, "0"));
        number.parse::<u32>().ok().and(last.parse::<u64>().ok()).and(day.parse::<Date>().ok())
    });
    day.unwrap_or_else(|| {
        let message = format!(
            "{:?} must be the day of the facts, a dot and a number, as in 2024-12-11.1",
            text.trim()
        );
        faults.push(MasterFault::new("VERSION", 1, "version", message));
        Date::default()
    })
}
