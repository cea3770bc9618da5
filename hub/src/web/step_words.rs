//! The texts about how an authority is reached.

use crate::web::words::words;

words! {
    ladder: "連携方式の順序と様子", "How it is reached, in this order";
    channel: "連携方式", "Channel";
    look: "最後の点検", "Last look";
    tries: "最近の送達(新しいものが右)", "Last tries (the newest on the right)";
    median: "所要時間(中央値)", "Time taken (median)";
    ends: "期限", "Ends";
    answers: "応答あり", "answers";
    certificate: "証明書", "Certificate";
    credential: "鍵・パスワード", "Key or password";
    is_over: "期限切れ", "is over";
    none: "–", "–";
    no_tries: "まだありません", "none yet";
}
