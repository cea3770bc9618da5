//! The texts about authorities' addresses, and about whom was told what.

use crate::web::words::words;

words! {
    contacts: "連絡先", "Contact";
    contacts_lead: "届いた申請・届出が開かれないままのとき、このアドレスにメールで知らせます。\
         部署で共有するアドレスをお勧めします。届出の内容はメールに書きません。",
        "Mails about what arrived and was not opened go to this address; best is one that a whole \
         office reads. Nothing of any filing stands in them.";
    counts_now: "いまの連絡先", "Counts now";
    none_now: "登録されていません。知らせは次の段階(都道府県または運用担当)に直接行きます。",
        "There is none: the next in line (prefecture or operations) is told at once.";
    planned: "これから", "From then on";
    change: "変更する", "Change it";
    mail: "メールアドレス", "Mail address";
    from_day: "適用開始日", "From which day";
    from_day_hint: "空欄は今日から。例: 2026-04-01", "Empty: from today. For example 2026-04-01";
    save: "保存する", "Save";
    remove: "連絡先をなくす", "No address any more";
    saved: "保存しました。", "Saved.";
    was_late: "この間にほかの人が変更したため、保存していません。下の内容を確かめて、もう一度保存してください。",
        "Someone else changed it meanwhile, so nothing was saved. Look below, then save again.";
    history: "変更の記録", "Record of changes";
    no_history: "まだ記録はありません。", "There is none yet.";
    written_at: "記録日時", "Written";
    by: "記録した人", "By";
    of_authority: "指定権者", "the authority";
    of_operations: "運用担当", "operations";
    no_address: "なし", "none";
    back: "指定権者のページへ", "To the authority's page";

    reminders: "未開封のお知らせ", "Reminders of what lies unopened";
    reminders_lead: "届いてから開かれない申請・届出を、指定権者、都道府県、運用担当の順にメールで知らせた記録です。",
        "Who was told by mail of filings that arrived and were not opened: the authority, then its \
         prefecture, then operations.";
    reminders_after: "知らせるまでの営業日数:", "Business days until then:";
    reminders_off: "いまは知らせていません(設定 reminders.unread_days が 0)。",
        "Nobody is told at present (reminders.unread_days is 0).";
    no_reminders: "知らせたものはありません。", "There are none.";
    day: "日", "Day";
    told: "知らせた先", "To";
    count: "件数", "Filings";
    state: "メール", "Mail";
    contact_of: "連絡先", "Contact";
    waiting: "送信待ち", "waiting";
    sending: "送信中", "being sent";
    sent: "送信済み", "sent";
    failed: "送信できず(次の段階へ)", "not sent (next in line)";
    unaddressed: "宛先なし(次の段階へ)", "no address (next in line)";
    over: "送信前に開封", "opened before";
    stages: "利用準備の段階", "stages of onboarding";
    fixed: "失敗の後に届いたもの", "failed, then arrived";
}
