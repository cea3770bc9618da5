//! Why a filing cannot be routed: a stable code, and a sentence that says what to do.

use jiff::civil::Date;
use schemas::{AuthorityId, FilingKind, Finding, ServiceCode};

/// Which field a code was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The municipality of the office.
    Municipality,
    /// One of the chosen insurers.
    Insurer,
}

/// Why one case cannot be routed. The owner of each is the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The code is in no table.
    #[error(
        "{code} is not the code of a municipality{}; give the 6-digit 団体コード of the city, \
         ward (Tokyo), town or village",
        hint_en(.city.as_ref())
    )]
    UnknownMunicipality {
        /// The field.
        role: Role,
        /// The code that was given.
        code: AuthorityId,
        /// The designated city whose ward the code seems to name.
        city: Option<(AuthorityId, String)>,
    },
    /// A prefecture, or a union as the place of an office.
    #[error("{code} ({name}) is not a municipality; give the municipality's own code")]
    NotAMunicipality {
        /// The field.
        role: Role,
        /// The code that was given.
        code: AuthorityId,
        /// Its name.
        name: String,
    },
    /// The code is known, but not for that day.
    #[error("{code} ({name}) does not exist on {date}; give the code that was valid on that day")]
    MunicipalityNotOnDate {
        /// The field.
        role: Role,
        /// The code that was given.
        code: AuthorityId,
        /// Its name.
        name: String,
        /// The day of the filing.
        date: Date,
    },
    /// The union does not hold the service.
    #[error("{code} ({name}) does not designate service {service}; give the municipality's code")]
    UnionWithoutService {
        /// The union.
        code: AuthorityId,
        /// Its name.
        name: String,
        /// The service.
        service: ServiceCode,
    },
    /// The code is in no table.
    #[error("{service} is not a service code; see `todoke master services` for the list")]
    UnknownService {
        /// The code that was given.
        service: ServiceCode,
    },
    /// The service had not begun.
    #[error("service {service} ({name}) begins on {first}; it does not exist on {date}")]
    ServiceNotYet {
        /// The service.
        service: ServiceCode,
        /// Its name.
        name: String,
        /// Its first day.
        first: Date,
        /// The day of the filing.
        date: Date,
    },
    /// The service has ended.
    #[error(
        "service {service} ({name}) was abolished; its last day was {last}; \
         file for the service that took its place"
    )]
    ServiceAbolished {
        /// The service.
        service: ServiceCode,
        /// Its name.
        name: String,
        /// Its last day.
        last: Date,
    },
    /// Nobody designates the service.
    #[error("nobody designates service {service} ({name}), so there is nothing to file for it")]
    ServiceNotDesignated {
        /// The service.
        service: ServiceCode,
        /// Its name.
        name: String,
    },
    /// The kind cannot be filed on that day.
    #[error("{kind} ({}) cannot be filed on {date}", .kind.label_ja())]
    KindNotOnDate {
        /// The kind.
        kind: FilingKind,
        /// The day of the filing.
        date: Date,
    },
    /// The kind does not exist for the service.
    #[error(
        "{kind} ({}) does not exist for service {service} ({name}); it is for {allowed} only",
        .kind.label_ja()
    )]
    KindNotForService {
        /// The kind.
        kind: FilingKind,
        /// The service.
        service: ServiceCode,
        /// Its name.
        name: String,
        /// The codes of the services for which it exists.
        allowed: String,
    },
    /// The office holds the designation as deemed.
    #[error(
        "the designation for service {service} ({name}) is deemed, so no {kind} is filed; \
         file deemed_opt_out (指定を不要とする旨の申出), addon (体制届) and the like only"
    )]
    DeemedTakesNoApplication {
        /// The kind.
        kind: FilingKind,
        /// The service.
        service: ServiceCode,
        /// Its name.
        name: String,
    },
}

fn hint_en(city: Option<&(AuthorityId, String)>) -> String {
    city.map_or_else(String::new, |(code, name)| {
        format!(" (it looks like a ward of {name}, whose code is {code}: the city designates)")
    })
}

impl CaseError {
    /// The stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownMunicipality { role: Role::Municipality, .. } => "unknown_municipality",
            Self::UnknownMunicipality { role: Role::Insurer, .. } => "unknown_insurer",
            Self::NotAMunicipality { role: Role::Municipality, .. } => "not_a_municipality",
            Self::NotAMunicipality { role: Role::Insurer, .. } => "not_an_insurer",
            Self::MunicipalityNotOnDate { role: Role::Municipality, .. } => {
                "municipality_not_on_date"
            }
            Self::MunicipalityNotOnDate { role: Role::Insurer, .. } => "insurer_not_on_date",
            Self::UnionWithoutService { .. } => "union_without_service",
            Self::UnknownService { .. } => "unknown_service",
            Self::ServiceNotYet { .. } => "service_not_yet",
            Self::ServiceAbolished { .. } => "service_abolished",
            Self::ServiceNotDesignated { .. } => "service_not_designated",
            Self::KindNotOnDate { .. } => "kind_not_on_date",
            Self::KindNotForService { .. } => "kind_not_for_service",
            Self::DeemedTakesNoApplication { .. } => "deemed_takes_no_application",
        }
    }

    /// The sentence in Japanese.
    pub fn ja(&self) -> String {
        match self {
            Self::UnknownMunicipality { code, city, .. } => {
                let advice = city.as_ref().map_or_else(
                    || "6桁の団体コードを指定してください。".to_owned(),
                    |(code, name)| {
                        format!("{name}の行政区と思われます。市のコード{code}を指定してください。")
                    },
                );
                format!("{code}は市区町村のコードではありません。{advice}")
            }
            Self::NotAMunicipality { code, name, .. } => {
                format!(
                    "{code}({name})は市区町村ではありません。市区町村のコードを指定してください。"
                )
            }
            Self::MunicipalityNotOnDate { code, name, date, .. } => {
                format!(
                    "{code}({name})は{date}には存在しません。当日有効なコードを指定してください。"
                )
            }
            Self::UnionWithoutService { code, name, service } => {
                format!(
                    "{code}({name})はサービス{service}を指定しません。市町村のコードを指定してください。"
                )
            }
            Self::UnknownService { service } => {
                format!("{service}というサービス種類コードはありません。")
            }
            Self::ServiceNotYet { service, name, first, .. } => {
                format!("サービス{service}({name})は{first}に始まります。")
            }
            Self::ServiceAbolished { service, name, last } => {
                format!(
                    "サービス{service}({name})は{last}をもって廃止されました。後継のサービスで届け出てください。"
                )
            }
            Self::ServiceNotDesignated { service, name } => {
                format!("サービス{service}({name})には指定権者がなく、届け出るものはありません。")
            }
            Self::KindNotOnDate { kind, date } => {
                format!("{}は{date}には受け付けていません。", kind.label_ja())
            }
            Self::KindNotForService { kind, service, name, allowed } => {
                format!(
                    "{}はサービス{service}({name})にはありません。対象は{allowed}です。",
                    kind.label_ja()
                )
            }
            Self::DeemedTakesNoApplication { kind, service, name } => format!(
                "サービス{service}({name})はみなし指定のため、{}は不要です。指定を不要とする旨の申出、体制届などに限り届け出てください。",
                kind.label_ja()
            ),
        }
    }
}

/// One service of one office that cannot be routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The office's place in the submission, from 0.
    pub office: usize,
    /// The service's place in the office, from 0.
    pub service: usize,
    /// Why.
    pub error: CaseError,
}

/// A submission cannot be routed; everything that stands in the way is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.faults.iter().map(|f| f.error.to_string()).collect::<Vec<_>>().join("\n"))]
pub struct PlanError {
    /// At least one fault, in the order of the submission.
    pub faults: Vec<Fault>,
}

impl PlanError {
    /// The faults as findings with JSON Pointers into the submission.
    pub fn findings(&self) -> Vec<Finding> {
        let finding =
            |fault: &Fault| Finding::new(fault.path(), fault.error.code(), fault.error.to_string());
        self.faults.iter().map(finding).collect()
    }
}

impl Fault {
    /// The JSON Pointer (RFC 6901) to the field that is at fault.
    pub fn path(&self) -> String {
        let office = format!("/offices/{}", self.office);
        let service = format!("{office}/services/{}", self.service);
        match &self.error {
            CaseError::UnknownMunicipality { role, .. }
            | CaseError::NotAMunicipality { role, .. }
            | CaseError::MunicipalityNotOnDate { role, .. } => match role {
                Role::Municipality => format!("{office}/municipality"),
                Role::Insurer => format!("{service}/insurers"),
            },
            CaseError::UnionWithoutService { .. } => format!("{service}/insurers"),
            CaseError::KindNotOnDate { .. } => "/kind".to_owned(),
            CaseError::UnknownService { .. }
            | CaseError::ServiceNotYet { .. }
            | CaseError::ServiceAbolished { .. }
            | CaseError::ServiceNotDesignated { .. }
            | CaseError::KindNotForService { .. } => format!("{service}/service"),
            CaseError::DeemedTakesNoApplication { .. } => format!("{service}/deemed"),
        }
    }
}
