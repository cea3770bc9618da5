//! What must hold between the master's tables, each row of which reads well by itself.

use std::collections::HashSet;

use schemas::{AuthorityId, FilingKind};

use crate::authority::{AuthorityRow, Class, UnionRow};
use crate::master::Master;
use crate::period::Period;
use crate::rule::{KindRow, Rule, RuleRow, TransferRow};
use crate::selector::ServiceWord;
use crate::service::ServiceRow;
use crate::table::{MasterFault, WHOLE_ROW};

/// Adds a fault for everything that does not fit.
pub(crate) fn check(master: &Master, faults: &mut Vec<MasterFault>) {
    let mut checker = Checker { master, faults };
    checker.authorities();
    checker.services();
    checker.unions();
    checker.transfers();
    checker.kinds();
    checker.rules();
}

struct Checker<'a> {
    master: &'a Master,
    faults: &'a mut Vec<MasterFault>,
}

impl Checker<'_> {
    fn add(&mut self, file: &'static str, line: u64, column: &'static str, message: String) {
        self.faults.push(MasterFault::new(file, line, column, message));
    }

    /// The same of what people can be told in both languages, and of two rows that clash.
    fn add_told(
        &mut self,
        (file, line, with): (&'static str, u64, Option<u64>),
        column: &'static str,
        (ja, en): (String, String),
    ) {
        let fault = MasterFault::new(file, line, column, en);
        self.faults.push(MasterFault { ja: Some(ja), with, ..fault });
    }

    /// One code on one day is one row, and every municipality has its prefecture.
    fn authorities(&mut self) {
        let rows: Vec<_> =
            self.master.authorities.iter().map(|r| (r.code.as_str(), r.period, r.line)).collect();
        self.once(AuthorityRow::FILE, "code6", &rows);
        for row in &self.master.authorities {
            let own = self.master.prefecture_codes.get(row.code.prefecture());
            let message = match own {
                None => format!("{} has no row of its prefecture", row.code),
                Some(own) if row.class == Class::Prefecture && *own != row.code => {
                    format!("{} and {own} are both prefecture {}", row.code, row.code.prefecture())
                }
                Some(_) => continue,
            };
            self.add(AuthorityRow::FILE, row.line, "class", message);
        }
    }

    /// Rows of one key may not hold on the same day.
    fn once(&mut self, file: &'static str, column: &'static str, rows: &[(&str, Period, u64)]) {
        let mut sorted: Vec<_> = rows.iter().collect();
        sorted.sort_by_key(|(key, period, _)| (*key, period.from));
        for pair in sorted.windows(2) {
            let ((key, period, first), (next, next_period, line)) = (pair[0], pair[1]);
            if key == next && period.overlaps(next_period) {
                let en = format!("{key} stands in line {first} too, for some of these days");
                let ja = format!("{key} は{first}行目にもあり、適用期間が重なります");
                self.add_told((file, *line, Some(*first)), column, (ja, en));
            }
        }
    }

    fn services(&mut self) {
        let rows: Vec<_> =
            self.master.services.iter().map(|r| (r.code.as_str(), r.period, r.line)).collect();
        self.once(ServiceRow::FILE, "code", &rows);
        for row in &self.master.services {
            let Some(parent) = row.follows else { continue };
            let message = match self.master.service_rows.get(&parent) {
                None => format!("{parent} is not in this table"),
                Some(rows) if rows.iter().any(|i| self.master.services[*i].follows.is_some()) => {
                    format!("{parent} itself follows a service; name the one at the end")
                }
                Some(_) => continue,
            };
            self.add(ServiceRow::FILE, row.line, "follows", message);
        }
    }

    fn unions(&mut self) {
        let rows: Vec<_> =
            self.master.unions.iter().map(|r| (r.id.as_str(), r.period, r.line)).collect();
        self.once(UnionRow::FILE, "union_id", &rows);
        let master = self.master;
        for (i, union) in master.unions.iter().enumerate() {
            let municipal = |word: &ServiceWord| {
                master.services.iter().any(|row| row.designator.is_municipal() && word.means(row))
            };
            let place = (UnionRow::FILE, union.line, None);
            let own = master.prefecture_codes.get(union.id.prefecture());
            let own = own.and_then(|it| master.authorities.iter().find(|row| row.code == *it));
            if own.is_none_or(|row| row.prefecture != union.prefecture) {
                let (id, name) = (union.id, &union.prefecture);
                let ja = format!("「{name}」は {id} の都道府県の名称ではありません");
                self.add_told(place, "prefecture", (ja, format!("{name:?} is not that of {id}")));
            }
            for word in union.services.iter().filter(|word| !municipal(word)) {
                let en = format!("{word} means no service that municipalities designate");
                let ja = format!("{word} は市町村が指定するサービスではありません");
                self.add_told(place, "services", (ja, en));
            }
            for (n, member) in union.members.iter().enumerate() {
                if union.members[..n].contains(member) {
                    let ja = format!("{member} が2回あります");
                    let en = format!("{member} stands there twice");
                    self.add_told(place, "members", (ja, en));
                    continue;
                }
                let fit = self.municipality_of(*member, union.id.prefecture());
                if let Err(told) = fit.and_then(|()| self.then(*member, union.period)) {
                    self.add_told(place, "members", told);
                }
                self.only_union(i, *member);
            }
        }
    }

    /// A service of a municipality is held by one union at a time.
    fn only_union(&mut self, i: usize, member: AuthorityId) {
        let union = &self.master.unions[i];
        let places = self.master.places.get(&member);
        let others = places.map_or(&[][..], |place| place.unions.as_slice());
        let clash = others
            .iter()
            .filter(|j| **j < i)
            .map(|j| &self.master.unions[*j])
            .find(|it| it.period.overlaps(&union.period) && it.holds.meets(&union.holds));
        if let Some(other) = clash {
            let en = format!("{member} is a member of {} too, for some service", other.id);
            let ja = format!(
                "{member} は、同じ期間・同じサービスについて {} の構成市町村でもあります",
                other.id
            );
            let place = (UnionRow::FILE, union.line, Some(other.line));
            self.add_told(place, "members", (ja, en));
        }
    }

    /// Whether a municipality exists on some day of a period.
    fn then(&self, code: AuthorityId, period: Period) -> Result<(), (String, String)> {
        let rows = self.master.places.get(&code).map_or(&[][..], |place| place.rows.as_slice());
        if rows.iter().any(|i| self.master.authorities[*i].period.overlaps(&period)) {
            return Ok(());
        }
        let ja = format!("{code} は、この行の期間には存在しません");
        Err((ja, format!("{code} does not exist on any of these days")))
    }

    fn municipality_of(&self, code: AuthorityId, prefecture: &str) -> Result<(), (String, String)> {
        let rows = self.master.places.get(&code).map_or(&[][..], |place| place.rows.as_slice());
        if code.is_union() || rows.is_empty() {
            let ja = format!("{code} という市町村は {} にありません", AuthorityRow::FILE);
            return Err((ja, format!("{code} is not in {}", AuthorityRow::FILE)));
        }
        if rows.iter().any(|i| self.master.authorities[*i].class == Class::Prefecture) {
            let ja = format!("{code} は都道府県です。市町村のコードを書いてください");
            return Err((ja, format!("{code} is a prefecture, not a municipality")));
        }
        if code.prefecture() != prefecture {
            let ja = format!("{code} は都道府県 {prefecture} の市町村ではありません");
            return Err((ja, format!("{code} does not lie in prefecture {prefecture}")));
        }
        Ok(())
    }

    fn transfers(&mut self) {
        for (i, row) in self.master.transfers.iter().enumerate() {
            let to = if row.to.is_union() {
                let known = self.master.unions.iter().any(|union| union.id == row.to)
                    && row.to.prefecture() == row.prefecture_code;
                let (to, prefecture) = (row.to, &row.prefecture_code);
                let unknown = || {
                    let ja = format!("{to} は都道府県 {prefecture} の広域連合・組合ではありません");
                    (ja, format!("{to} is no union of {prefecture}"))
                };
                if known { Ok(()) } else { Err(unknown()) }
            } else {
                self.municipality_of(row.to, &row.prefecture_code)
            };
            if let Err(told) = to {
                self.add_told((TransferRow::FILE, row.line, None), "to", told);
            }
            self.transferred_services(row);
            self.only_transfer(i);
        }
    }

    /// A prefecture can hand over only what is its own.
    fn transferred_services(&mut self, row: &TransferRow) {
        let foreign = row.services.iter().find(|word| {
            !self.master.services.iter().any(|s| s.designator.is_prefectural() && word.means(s))
        });
        if let Some(word) = foreign {
            let message = format!("{word} means no service that prefectures designate");
            self.add(TransferRow::FILE, row.line, "services", message);
        }
    }

    /// One power of one place is handed to one body at a time.
    fn only_transfer(&mut self, i: usize) {
        let row = &self.master.transfers[i];
        let shares_place = |j: usize| {
            self.master
                .places
                .values()
                .any(|p| p.transfers.contains(&i) && p.transfers.contains(&j))
        };
        let clash = (0..i).find(|j| {
            let other = &self.master.transfers[*j];
            other.period.overlaps(&row.period)
                && other.kinds.meets(row.kinds)
                && other.covers.meets(&row.covers)
                && shares_place(*j)
        });
        if let Some(j) = clash {
            let message = format!("line {} hands over the same", self.master.transfers[j].line);
            self.add(TransferRow::FILE, row.line, WHOLE_ROW, message);
        }
    }

    fn kinds(&mut self) {
        let rows: Vec<_> =
            self.master.kinds.iter().map(|r| (r.kind.as_str(), r.period, r.line)).collect();
        self.once(KindRow::FILE, "kind", &rows);
        for kind in FilingKind::ALL {
            if self.master.kind_rows[*kind as usize].is_empty() {
                self.add(KindRow::FILE, 1, "kind", format!("there is no row for {kind}"));
            }
        }
    }

    fn rules(&mut self) {
        let mut seen = HashSet::new();
        for row in &self.master.rules {
            if !seen.insert(row.rule) {
                self.add(RuleRow::FILE, 1, "rule", format!("{} stands there twice", row.rule));
            }
        }
        for rule in Rule::ALL.iter().filter(|rule| !seen.contains(rule)) {
            self.add(RuleRow::FILE, 1, "rule", format!("there is no row for {rule}"));
        }
    }
}
