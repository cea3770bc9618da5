//! Authorities to file to.

use jiff::civil::Date;
use routing::{Case, Master, plan_of_case};
use schemas::{AuthorityId, FilingKind};

/// Municipalities that take filings on that day and designate community services (78) themselves:
/// what is filed there goes to nobody else.
pub fn that_designate(master: &Master, day: Date) -> impl Iterator<Item = AuthorityId> {
    let prepared = master.authorities_on(day).filter(|row| row.reception.prepared);
    prepared.map(|row| row.code).filter(move |code| designates(master, *code, day))
}

fn designates(master: &Master, code: AuthorityId, day: Date) -> bool {
    let Ok(service) = "78".parse() else { return false };
    let kind = FilingKind::Change;
    let case = Case { municipality: code, service, kind, date: day, insurers: &[], deemed: false };
    code.as_str()[2..5] != *"000"
        && plan_of_case(master, &case)
            .is_ok_and(|plan| plan.targets.len() == 1 && plan.targets[0].authority == code)
}
