//! What the forms of the demo's filings say, by kind: fields as operators fill them in.

use jiff::ToSpan;
use jiff::civil::Date;
use rand::Rng;
use schemas::FilingKind;
use serde_json::{Value, json};

use super::chance::word;
use super::people::person;

const CHANGES: [(&str, &str, &str); 8] = [
    ("管理者の氏名、生年月日及び住所", "前任者の退職", "後任者の就任"),
    ("運営規程", "営業日 月曜日から金曜日まで", "営業日 月曜日から土曜日まで"),
    ("事業所の名称", "旧名称", "新名称"),
    ("利用者の定員", "定員 18名", "定員 25名"),
    ("事業所の平面図", "機能訓練室 54平方メートル", "機能訓練室 75平方メートル"),
    ("電話番号・FAX番号", "代表番号の変更前", "代表番号の変更後"),
    ("介護支援専門員の氏名及びその登録番号", "2名", "3名"),
    ("協力医療機関", "契約の更新前", "契約の更新後"),
];
const ADDONS: [&str; 8] = [
    "介護職員等処遇改善加算(I)",
    "科学的介護推進体制加算",
    "サービス提供体制強化加算(I)",
    "個別機能訓練加算(I)ロ",
    "口腔機能向上加算(II)",
    "特定事業所加算(II)",
    "入浴介助加算(I)",
    "生産性向上推進体制加算(II)",
];

/// The form of a filing made about `day`.
pub(super) fn form(rng: &mut impl Rng, kind: FilingKind, day: Date) -> Value {
    let mut form = particulars(rng, kind, day);
    form["contact"] = json!({
        "name": person(rng),
        "telephone": format!("0{}-{:04}-{:04}", rng.random_range(3..99), number(rng), number(rng)),
    });
    form["filed_on"] = json!(day);
    form
}

fn number(rng: &mut impl Rng) -> u32 {
    rng.random_range(0..10_000)
}

fn particulars(rng: &mut impl Rng, kind: FilingKind, day: Date) -> Value {
    let before = days_off(day, -rng.random_range(1..10));
    let after = days_off(day, rng.random_range(20..60));
    match kind {
        FilingKind::Designation => json!({
            "start_on": after, "manager": person(rng), "capacity": rng.random_range(10..60),
            "staff": {"full_time": rng.random_range(2..12), "part_time": rng.random_range(0..9)},
            "opening_hours": "午前8時30分から午後5時30分まで",
        }),
        FilingKind::Renewal => json!({
            "expires_on": after, "manager": person(rng), "capacity": rng.random_range(10..60),
            "unchanged_since_last": rng.random_bool(0.7),
        }),
        FilingKind::Change | FilingKind::FacilityChange => {
            let (item, was, is) = CHANGES[rng.random_range(0..CHANGES.len())];
            json!({"changed_on": before, "items": [item], "before": was, "after": is})
        }
        FilingKind::Closure => json!({
            "sort": word(rng, &["廃止", "休止"]), "on": days_off(day, 40),
            "reason": word(rng, &["職員の確保が困難なため", "事業の統合のため", "施設の改修のため"]),
            "present_users": "他の事業所を紹介し、引継ぎを終える予定です。",
        }),
        FilingKind::Resumption => json!({
            "resumed_on": before, "suspended_on": days_off(day, -120),
            "reason": "必要な人員を確保できたため",
        }),
        FilingKind::Resignation => json!({
            "on": days_off(day, 45), "reason": "入所者の減少のため",
            "present_users": "全員の転居先が決まっています。",
        }),
        FilingKind::DeemedOptOut => json!({"reason": "当該サービスを行わないため"}),
        FilingKind::ManagerApproval => json!({
            "manager": person(rng), "licence": "医師", "from": after,
        }),
        FilingKind::Advertisement => json!({
            "medium": word(rng, &["ホームページ", "パンフレット", "新聞折込"]), "from": after,
            "text": "短期集中リハビリテーションの体制について",
        }),
        FilingKind::DesignationChange => json!({
            "capacity_before": 30, "capacity_after": rng.random_range(31..60), "from": after,
        }),
        FilingKind::Addon => json!({
            "from": after, "additions": [word(rng, &ADDONS)], "sort": word(rng, &["新規", "変更"]),
        }),
        FilingKind::ElderlyWelfare => json!({
            "article": word(rng, &["第14条", "第15条", "第34条"]), "on": after,
            "sort": word(rng, &["老人居宅生活支援事業開始届", "老人デイサービスセンター等設置届"]),
        }),
        FilingKind::ProductivityReport => json!({
            "year": day.year(), "devices": ["見守り機器", "インカム"],
            "hours_per_resident": f64::from(rng.random_range(100..300_u32)) / 10.0,
        }),
    }
}

/// What a one-stop change of corporate matters says.
pub(super) fn corporate_change(rng: &mut impl Rng, day: Date) -> Value {
    json!({
        "changed_on": days_off(day, -3), "items": ["代表者(開設者)の氏名、生年月日、住所及び職名"],
        "before": person(rng), "after": person(rng), "filed_on": day,
    })
}

fn days_off(day: Date, days: i32) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}
