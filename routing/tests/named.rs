//! Named cases: real places, real services, and who must get the filing.

use routing::{Case, CaseError, Master, Rule, plan_case};
use schemas::{AuthorityId, FilingKind};

fn ask(
    (municipality, service, kind): (&str, &str, FilingKind),
    date: &str,
    insurers: &[&str],
) -> Result<Vec<(String, Rule)>, CaseError> {
    let master = Master::embedded().expect("the embedded master");
    let insurers: Vec<AuthorityId> =
        insurers.iter().map(|code| code.parse().expect("a code")).collect();
    let case = Case {
        municipality: municipality.parse().expect("a code"),
        service: service.parse().expect("a service"),
        kind,
        date: date.parse().expect("a date"),
        insurers: &insurers,
        deemed: false,
    };
    let answer = plan_case(&master, &case)?;
    Ok(answer.routes.iter().map(|route| (route.authority.to_string(), route.rule)).collect())
}

#[test]
fn places_of_japan() {
    for (municipality, service, insurers, expected) in [
        ("011002", "78", &[][..], &[("011002", Rule::MunicipalMulti)][..]),
        ("011002", "11", &[], &[("011002", Rule::DesignatedCity)]),
        ("012025", "11", &[], &[("012025", Rule::CoreCity)]),
        ("012033", "11", &[], &[("010006", Rule::Prefecture)]),
        ("012033", "43", &[], &[("012033", Rule::MunicipalLocation)]),
        // A union's members: municipal services to the union, the others to the prefecture.
        ("014087", "11", &[], &[("010006", Rule::Prefecture)]),
        ("013943", "78", &[], &[("U01002", Rule::Union)]),
        ("013943", "11", &[], &[("010006", Rule::Prefecture)]),
        // 豊橋市 is a core city and a member of 東三河広域連合.
        ("232017", "11", &[], &[("232017", Rule::CoreCity)]),
        ("232017", "78", &[], &[("U23002", Rule::Union)]),
        // Tokyo's wards designate as municipalities; the governor stays for the rest.
        ("131016", "11", &[], &[("130001", Rule::Prefecture)]),
        ("131016", "78", &[], &[("131016", Rule::MunicipalMulti)]),
        // Location first, then the insurers as given, two members of one union as one.
        (
            "011002",
            "78",
            &["012033", "013943", "011002", "013919"],
            &[
                ("011002", Rule::MunicipalMulti),
                ("012033", Rule::MunicipalMulti),
                ("U01002", Rule::Union),
            ],
        ),
        ("011002", "A2", &["012033"], &[("012033", Rule::MunicipalInsurer)]),
        ("011002", "A2", &[], &[("011002", Rule::MunicipalInsurer)]),
        ("011002", "46", &["U01002"], &[("U01002", Rule::Union)]),
        ("011002", "11", &["012033"], &[("011002", Rule::DesignatedCity)]),
    ] {
        let got = ask((municipality, service, FilingKind::Change), "2026-04-01", insurers).unwrap();
        let got: Vec<_> = got.iter().map(|(code, rule)| (code.as_str(), *rule)).collect();
        assert_eq!(got, expected, "{municipality} {service} {insurers:?}");
    }
}
