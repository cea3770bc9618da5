//! One case: one service of one office. The order of the steps is the order of the law's questions.

use jiff::civil::Date;
use schemas::{AuthorityId, FilingKind, ServiceCode};

use crate::authority::{AuthorityRow, Class, UnionRow};
use crate::error::{CaseError, Role};
use crate::master::{Master, Place};
use crate::reception::{Readiness, Reception};
use crate::rule::{Deemed, GoesTo, KindRow, Rule};
use crate::service::{Designator, ServiceRow};

/// One service of one office, to be routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'a> {
    /// The municipality in which the office lies.
    pub municipality: AuthorityId,
    /// サービス種類コード.
    pub service: ServiceCode,
    /// What is filed.
    pub kind: FilingKind,
    /// The day on which the filing counts as made.
    pub date: Date,
    /// The chosen insurers, in the order given.
    pub insurers: &'a [AuthorityId],
    /// Whether the designation is deemed.
    pub deemed: bool,
}

/// One authority that must get the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Who gets it.
    pub authority: AuthorityId,
    /// Why.
    pub rule: Rule,
    /// The municipality for which it acts: itself, a member, or one in its prefecture.
    pub acts_for: AuthorityId,
    /// Whether it takes the filing from the hub.
    pub readiness: Readiness,
}

/// The answer for one case; borrows the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePlan<'m> {
    /// The service as given.
    pub service: &'m ServiceRow,
    /// The service that it is routed as: itself, or the one that it follows.
    pub routed_as: &'m ServiceRow,
    /// What `kinds.csv` says of the kind.
    pub kind: &'m KindRow,
    /// At least one, each authority once, location first.
    pub routes: Vec<Route>,
    /// Who was asked for, after the kind's own addressee is taken into account.
    pub designator: Designator,
}

/// Where one case goes. The fast path: allocates only the list of routes.
pub fn plan_case<'m>(master: &'m Master, case: &Case<'_>) -> Result<CasePlan<'m>, CaseError> {
    let step = Step::new(master, case)?;
    let designator = match step.kind.goes_to {
        GoesTo::Prefectural => Designator::Prefectural,
        GoesTo::Designator => step.routed_as.designator,
    };
    let mut routes = Vec::with_capacity(1 + case.insurers.len());
    let location = step.municipality(Role::Municipality, case.municipality)?;
    match designator {
        Designator::Prefectural => {
            routes.push(step.prefectural(&location)?);
            step.known_insurers()?;
        }
        Designator::MunicipalLocation => {
            routes.push(step.municipal(&location, Rule::MunicipalLocation));
            step.known_insurers()?;
        }
        Designator::MunicipalMulti => {
            routes.push(step.municipal(&location, Rule::MunicipalMulti));
            step.insurers(Rule::MunicipalMulti, &mut routes)?;
        }
        Designator::MunicipalInsurer if case.insurers.is_empty() => {
            routes.push(step.municipal(&location, Rule::MunicipalInsurer));
        }
        Designator::MunicipalInsurer => step.insurers(Rule::MunicipalInsurer, &mut routes)?,
        Designator::None => return Err(step.not_designated()),
    }
    let Step { service, routed_as, kind, .. } = step;
    Ok(CasePlan { service, routed_as, kind, routes, designator })
}

/// A municipality on the day of the filing.
struct Municipality<'m> {
    row: &'m AuthorityRow,
    place: &'m Place,
}

/// What the first question (is this active on that day?) has found.
struct Step<'m, 'c> {
    master: &'m Master,
    case: &'c Case<'c>,
    service: &'m ServiceRow,
    routed_as: &'m ServiceRow,
    /// The place of `routed_as` in its table.
    index: usize,
    kind: &'m KindRow,
}

impl<'m, 'c> Step<'m, 'c> {
    fn new(master: &'m Master, case: &'c Case<'c>) -> Result<Self, CaseError> {
        let (own, service) = active(master, case.service, case.date)?;
        let (index, routed_as) = match service.follows {
            Some(parent) => active(master, parent, case.date)?,
            None => (own, service),
        };
        let kind = master
            .kind(case.kind, case.date)
            .ok_or(CaseError::KindNotOnDate { kind: case.kind, date: case.date })?;
        let step = Self { master, case, service, routed_as, index, kind };
        if routed_as.designator == Designator::None {
            return Err(step.not_designated());
        }
        if !kind.allowed.has(index) && !kind.allowed.has(own) {
            return Err(step.kind_not_for_service());
        }
        if case.deemed && kind.deemed == Deemed::NotTaken {
            let (kind, service, name) = (case.kind, service.code, service.name.clone());
            return Err(CaseError::DeemedTakesNoApplication { kind, service, name });
        }
        Ok(step)
    }

    fn not_designated(&self) -> CaseError {
        let (service, name) = (self.service.code, self.service.name.clone());
        CaseError::ServiceNotDesignated { service, name }
    }

    fn kind_not_for_service(&self) -> CaseError {
        let rows = self.master.services.iter().enumerate();
        let allowed: Vec<_> = rows
            .filter(|(i, row)| self.kind.allowed.has(*i) && row.period.contains(self.case.date))
            .map(|(_, row)| row.code.as_str())
            .collect();
        let (service, name) = (self.service.code, self.service.name.clone());
        let allowed = allowed.join(", ");
        CaseError::KindNotForService { kind: self.case.kind, service, name, allowed }
    }

    fn municipality(&self, role: Role, code: AuthorityId) -> Result<Municipality<'m>, CaseError> {
        let place = self.master.places.get(&code);
        let Some(place) = place.filter(|place| !place.rows.is_empty()) else {
            let city = self.master.city_of_ward(code, self.case.date);
            return Err(CaseError::UnknownMunicipality { role, code, city });
        };
        let row = self.master.authority(code, self.case.date);
        let name = || self.master.name(code);
        match row {
            Some(row) if row.class != Class::Prefecture => Ok(Municipality { row, place }),
            None if !code.is_union() => {
                let date = self.case.date;
                Err(CaseError::MunicipalityNotOnDate { role, code, name: name(), date })
            }
            _ => Err(CaseError::NotAMunicipality { role, code, name: name() }),
        }
    }

    fn route(&self, to: AuthorityId, at: &Reception, rule: Rule, acts_for: AuthorityId) -> Route {
        Route { authority: to, rule, acts_for, readiness: at.readiness(self.case.kind) }
    }

    /// 事務処理特例, then the cities in the prefecture's place, then the prefecture.
    fn prefectural(&self, at: &Municipality<'m>) -> Result<Route, CaseError> {
        let code = at.row.code;
        if let Some((to, reception)) = self.transfer(at.place) {
            return Ok(self.route(to, reception, Rule::Transfer, code));
        }
        match at.row.class {
            Class::DesignatedCity => {
                Ok(self.route(code, &at.row.reception, Rule::DesignatedCity, code))
            }
            Class::CoreCity => Ok(self.route(code, &at.row.reception, Rule::CoreCity, code)),
            Class::Prefecture | Class::SpecialWard | Class::City | Class::Town | Class::Village => {
                let prefecture = self.prefecture(code)?;
                Ok(self.route(prefecture.code, &prefecture.reception, Rule::Prefecture, code))
            }
        }
    }

    fn prefecture(&self, of: AuthorityId) -> Result<&'m AuthorityRow, CaseError> {
        let own = self.master.prefecture_codes.get(of.prefecture()).copied().unwrap_or(of);
        let row = self.master.authority(own, self.case.date);
        row.ok_or_else(|| CaseError::MunicipalityNotOnDate {
            role: Role::Municipality,
            code: own,
            name: self.master.name(own),
            date: self.case.date,
        })
    }

    /// Who holds this power by transfer, if it was handed over.
    fn transfer(&self, place: &'m Place) -> Option<(AuthorityId, &'m Reception)> {
        let (master, case) = (self.master, self.case);
        place.transfers.iter().map(|i| &master.transfers[*i]).find_map(|row| {
            let holds = row.period.contains(case.date)
                && row.kinds.has(case.kind)
                && row.covers.has(self.index);
            if !holds {
                return None;
            }
            if !row.to.is_union() {
                return master.authority(row.to, case.date).map(|to| (to.code, &to.reception));
            }
            // The union must exist that day and this place be its member that day.
            let mut unions = place.unions.iter().map(|i| &master.unions[*i]);
            let to = unions.find(|it| it.id == row.to && it.period.contains(case.date))?;
            Some((to.id, &to.reception))
        })
    }

    /// The union that holds the service for the municipality, else the municipality.
    fn municipal(&self, at: &Municipality<'m>, rule: Rule) -> Route {
        let unions = at.place.unions.iter().map(|i| &self.master.unions[*i]);
        let mut holders = unions
            .filter(|union| union.period.contains(self.case.date) && union.holds.has(self.index));
        match holders.next() {
            Some(union) => self.route(union.id, &union.reception, Rule::Union, at.row.code),
            None => self.route(at.row.code, &at.row.reception, rule, at.row.code),
        }
    }

    /// Adds each chosen insurer's body that is not in the list yet.
    fn insurers(&self, rule: Rule, routes: &mut Vec<Route>) -> Result<(), CaseError> {
        for insurer in self.case.insurers {
            let route = self.insurer(*insurer, rule)?;
            if routes.iter().all(|known| known.authority != route.authority) {
                routes.push(route);
            }
        }
        Ok(())
    }

    fn insurer(&self, code: AuthorityId, rule: Rule) -> Result<Route, CaseError> {
        if code.is_union() {
            return self.union_as_insurer(code);
        }
        Ok(self.municipal(&self.municipality(Role::Insurer, code)?, rule))
    }

    /// A union may be named in place of its members.
    fn union_as_insurer(&self, code: AuthorityId) -> Result<Route, CaseError> {
        let union = self.union(code)?;
        if !union.holds.has(self.index) {
            let (name, service) = (union.name.clone(), self.service.code);
            return Err(CaseError::UnionWithoutService { code, name, service });
        }
        Ok(self.route(code, &union.reception, Rule::Union, code))
    }

    fn union(&self, code: AuthorityId) -> Result<&'m UnionRow, CaseError> {
        let (role, date) = (Role::Insurer, self.case.date);
        if !self.master.places.contains_key(&code) {
            return Err(CaseError::UnknownMunicipality { role, code, city: None });
        }
        self.master.union(code, date).ok_or_else(|| {
            let name = self.master.name(code);
            CaseError::MunicipalityNotOnDate { role, code, name, date }
        })
    }

    /// Insurers that play no part must still exist: a mistyped one is told, not passed over.
    fn known_insurers(&self) -> Result<(), CaseError> {
        for code in self.case.insurers {
            if code.is_union() {
                self.union(*code)?;
            } else {
                self.municipality(Role::Insurer, *code)?;
            }
        }
        Ok(())
    }
}

/// The service on that day, or why there is none.
fn active(
    master: &Master,
    service: ServiceCode,
    date: Date,
) -> Result<(usize, &ServiceRow), CaseError> {
    if let Some(found) = master.service_on(service, date) {
        return Ok(found);
    }
    let rows = master.service_rows.get(&service).map_or(&[][..], Vec::as_slice);
    let rows = || rows.iter().map(|i| &master.services[*i]);
    let Some(any) = rows().next() else { return Err(CaseError::UnknownService { service }) };
    let name = any.name.clone();
    let ended = rows().filter(|row| row.period.is_before(date)).filter_map(|row| row.period.to);
    if let Some(last) = ended.max() {
        return Err(CaseError::ServiceAbolished { service, name, last });
    }
    let first = rows().filter_map(|row| row.period.from).min().unwrap_or(date);
    Err(CaseError::ServiceNotYet { service, name, first, date })
}
