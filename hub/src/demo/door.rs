//! Whom a visitor of the demo may play: those who have the most to look at.

use std::collections::HashMap;

use jiff::civil::Date;
use routing::{Class, Master, Readiness, plan};
use schemas::AuthorityId;

use super::filings::Planned;
use super::people::Operator;
use crate::web::access::Scope;
use crate::web::demo::Door;

/// Operators that are offered.
const OPERATORS_SHOWN: usize = 4;

/// The busiest operators; the busiest prefecture, cities, town and union; operations.
pub(super) fn of_cast(
    (master, operators): (&Master, &[Operator]),
    filings: &[Planned],
    day: Date,
) -> Door {
    let mut by_operator: HashMap<usize, usize> = HashMap::new();
    let mut by_authority: HashMap<AuthorityId, usize> = HashMap::new();
    for planned in filings {
        *by_operator.entry(planned.operator).or_default() += 1;
        let targets = plan(master, &planned.submission, day).map(|plan| plan.targets);
        for target in targets.unwrap_or_default() {
            if target.readiness == Readiness::Ready {
                *by_authority.entry(target.authority).or_default() += 1;
            }
        }
    }
    let authorities = busiest(by_authority);
    let of_class = |wanted: &[Class]| {
        let class = |id: AuthorityId| master.body(id, day).and_then(|body| body.class);
        let mut all = authorities.iter().copied();
        all.find(|id| class(*id).is_some_and(|class| wanted.contains(&class)))
    };
    let shown = [
        of_class(&[Class::Prefecture]),
        of_class(&[Class::DesignatedCity]),
        of_class(&[Class::CoreCity, Class::City, Class::SpecialWard]),
        of_class(&[Class::Town, Class::Village]),
        authorities.iter().copied().find(AuthorityId::is_union),
    ];
    let busy = busiest(by_operator).into_iter().take(OPERATORS_SHOWN);
    let numbers = busy.filter_map(|place| operators.get(place).map(|operator| operator.number));
    let authorities = shown.into_iter().flatten().map(Scope::Authority);
    let roles = numbers.map(Scope::Operator).chain(authorities).chain([Scope::Operations]);
    Door { roles: roles.collect() }
}

/// The keys with the most first; equal ones in their order.
fn busiest<K: Ord + Copy>(counts: HashMap<K, usize>) -> Vec<K> {
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), *key));
    all.into_iter().map(|(key, _)| key).collect()
}
