//! Whom an issuer's claims make someone here: GビズID's an operator's people, staff's issuers staff
//! of an authority or of operations. Who is not known is refused.

use jiff::civil::Date;
use routing::Master;
use schemas::{AuthorityId, CorporateNumber};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::denied::Denied;
use super::issuer::Proven;
use super::words::Words;
use crate::config::Login;
use crate::web::access::Scope;
use crate::web::roles::Who;
use crate::web::sessions::Person;

/// Hex digits of a person's id, of the 64 of the digest.
const ID_DIGITS: usize = 32;

/// Who it is.
pub(super) fn person(
    proven: &Proven,
    who: Who,
    (login, master, day): (&Login, &Master, Date),
    w: &Words,
) -> Result<Person, Denied> {
    let (scope, name) = match who {
        Who::Operator => operator(&proven.claims, w)?,
        Who::Authority => {
            (authority(&proven.claims, &login.authority_claim, (master, day))?, proven.person())
        }
        Who::Operations => {
            let mut values = values(&proven.claims, &login.operations_claim);
            if !values.any(|value| value == login.operations_value) {
                return Err(Denied::NoStaff);
            }
            (Scope::Operations, proven.person())
        }
    };
    let authenticated_at = proven.authenticated_at.unwrap_or_default();
    Ok(Person { scope, id: proven.id(), name, key_id: None, authenticated_at })
}

impl Proven {
    /// One id for issuer and subject, which does not tell who it is: it stands in event chains.
    fn id(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.issuer, self.subject));
        format!("oidc:{}", &hex::encode(digest)[..ID_DIGITS])
    }

    fn person(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.subject.clone())
    }
}

/// GビズID: プライム (2) or メンバー (3) of a corporation.
fn operator(claims: &Map<String, Value>, w: &Words) -> Result<(Scope, String), Denied> {
    let first = |name| values(claims, name).next().unwrap_or_default();
    let name = match first("account_type").as_str() {
        "1" => return Err(Denied::Entry),
        "2" => w.prime,
        // A member's account hangs on a プライム; one that hangs on nothing is no member's.
        "3" if !first("parent_id").is_empty() => w.member,
        _ => return Err(Denied::Incomplete),
    };
    let number = first("corporate_number");
    if number.is_empty() {
        return Err(Denied::NoNumber);
    }
    let number: CorporateNumber = number.parse().map_err(|_| Denied::Incomplete)?;
    Ok((Scope::Operator(number), name.to_owned()))
}

/// Staff of the one authority that the claim names.
fn authority(
    claims: &Map<String, Value>,
    name: &str,
    (master, day): (&Master, Date),
) -> Result<Scope, Denied> {
    let known = values(claims, name).filter_map(|code| code.parse::<AuthorityId>().ok());
    let known: Vec<_> = known.filter(|id| master.body(*id, day).is_some()).collect();
    match known[..] {
        [one] => Ok(Scope::Authority(one)),
        _ => Err(Denied::NoStaff),
    }
}

/// The values of a claim: of one text or number, or of a list of them.
fn values(claims: &Map<String, Value>, name: &str) -> impl Iterator<Item = String> {
    let all = match claims.get(name) {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    all.into_iter().filter_map(|value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::config::Config;
    use crate::web::words::Lang;

    fn asked(who: Who, claims: &Value) -> Result<Person, Denied> {
        let mut login = Config::defaults().expect("the defaults").login;
        (login.authority_claim, login.operations_claim) = ("office".into(), "groups".into());
        login.operations_value = "todoke".into();
        let master = Master::embedded().expect("the master");
        let claims = claims.as_object().expect("claims").clone();
        let (issuer, subject) = ("https://id.example/".to_owned(), "taro".to_owned());
        let proven = Proven { issuer, subject, claims, ..Proven::default() };
        person(&proven, who, (&login, &master, date(2026, 11, 1)), Words::of(Lang::Ja))
    }

    #[test]
    fn gbizid_lets_prime_and_member_in() {
        let number = "7000012050002";
        let all = [
            (json!({"account_type": "2", "corporate_number": number}), Ok("GビズIDプライム")),
            (json!({"account_type": 2, "corporate_number": number}), Ok("GビズIDプライム")),
            (
                json!({"account_type": "3", "parent_id": "p", "corporate_number": number}),
                Ok("GビズIDメンバー"),
            ),
            (json!({"account_type": "3", "corporate_number": number}), Err(Denied::Incomplete)),
            (json!({"account_type": "1", "corporate_number": number}), Err(Denied::Entry)),
            (json!({"account_type": "2", "corp_type": "2"}), Err(Denied::NoNumber)),
            (
                json!({"account_type": "2", "corporate_number": "1000012050002"}),
                Err(Denied::Incomplete),
            ),
            (json!({"corporate_number": number}), Err(Denied::Incomplete)),
        ];
        for (claims, expected) in all {
            let found = asked(Who::Operator, &claims).map(|person| (person.scope, person.name));
            let scope = Scope::Operator(number.parse().expect("a number"));
            assert_eq!(found, expected.map(|name| (scope, name.to_owned())), "{claims}");
        }
    }

    #[test]
    fn staff_are_those_whom_the_claim_names() {
        let sapporo = Scope::Authority("011002".parse().expect("a code"));
        for (who, claims, expected) in [
            (Who::Authority, json!({"office": "011002"}), Some(sapporo)),
            (Who::Authority, json!({"office": ["staff", "011002"]}), Some(sapporo)),
            (Who::Authority, json!({"office": ["131041", "011002"]}), None),
            (Who::Authority, json!({"office": "000000"}), None),
            (Who::Authority, json!({}), None),
            (Who::Operations, json!({"groups": ["a", "todoke"]}), Some(Scope::Operations)),
            (Who::Operations, json!({"groups": ["todoke-not"]}), None),
            (Who::Operations, json!({"office": "011002"}), None),
        ] {
            let found = asked(who, &claims).map(|person| person.scope);
            assert_eq!(found, expected.ok_or(Denied::NoStaff), "{claims}");
        }
    }
}
