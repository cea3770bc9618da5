//! The texts about the processes of the hub, and what they depend on.

use crate::web::words::words;

words! {
    processes: "ハブのプロセス", "Processes of the hub";
    processes_hint: "役割ごとに、動いているプロセスの数です。", "How many processes live, by role.";
    processes_lead: "動いているプロセスがない役割の仕事は、だれもしていません。そのプロセスを起動してください。",
        "Nobody does the work of a role without a living process: start one.";
    processes_all: "プロセスの一覧", "All processes";
    no_processes: "まだ応答したプロセスがありません。", "No process was heard of yet.";
    process_place: "場所", "Where";
    process_build: "版", "Build";
    process_began: "起動", "Began";
    process_lives: "稼働中", "lives";
    process_silent: "応答なし", "silent";
    process_replaced: "交代済み", "replaced";
    process_state: "状態", "State";
    process_parts: "このページを出したプロセスが使うもの", "What the process of this page depends on";
    part_store: "ストア(データベース)", "Store (database)";
    part_broker: "ブローカー", "Broker";
    part_objects: "ファイルの保管先", "Files";
    part_data: "作業フォルダー", "Data folder";
    part_answers: "応答あり", "answers";
    part_away: "使えません", "does not work";
    role: "役割", "Role";
    role_living: "稼働数", "Living";
    role_heard: "最後の応答", "Heard of last";
    role_never: "なし", "never";
    roles_missing: "担当のない役割", "Roles that nobody has";
}
