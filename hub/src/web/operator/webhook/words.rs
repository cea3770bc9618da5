//! The texts of the page about an operator's webhook.

use crate::web::words::words;

words! {
    title: "システムへの通知(Webhook)", "Notices to your system (webhook)";
    lead: "メールと同じ通知を、事業者のシステムにも JSON で送れます。使わないときは、\
        何も設定しなくてかまいません。",
        "Notices can be posted to your own system as JSON, besides the mails. Leave it empty if \
         you do not need it.";
    now: "いまの送り先", "At present";
    none: "設定されていません。通知はメールだけで送られます。", "None; notices go by mail alone.";
    secret: "署名の鍵を表示", "Show the secret of the signatures";
    secret_why: "この鍵で署名を確かめると、このハブからの通知だと分かります。ほかの人に見せないでください。",
        "Check the signatures with it: then you know that a notice is from this hub. Keep it to \
         yourselves.";
    try_it: "試しに送る", "Send a trial";
    try_why: "type が test の通知を1件送り、結果を下の記録に残します。",
        "Posts one message of type test; what came of it stands in the record below.";
    tried: "試しに送った結果:", "What came of the trial:";
    came_no_name: "URL の名前が見つかりません。", "The name in the address was not found.";
    came_no_connection: "接続できませんでした。", "There was no connection.";
    came_no_trust: "TLS の証明書を確かめられませんでした。", "The certificate (TLS) is not trusted.";
    came_no_answer: "時間内に応答がありませんでした。", "There was no answer in time.";
    came_not_yet: "結果はまだ分かりません。", "It is not known yet.";
    renew: "署名の鍵を作り直す", "Make another secret";
    renew_why: "作り直すと、前の鍵では確かめられなくなります。",
        "The one that you have will fit no more.";
    remove: "通知をやめる", "Stop posting";
    done: "設定を変えました。", "It was changed.";
    set: "送り先を設定する", "Set the address";
    url: "送り先のURL", "Address";
    url_hint: "https:// で始まる、インターネットから届く URL です。鍵は設定するたびに新しくなります。",
        "It begins with https:// and is reached from the internet. Each time that one is set, \
         there is another secret.";
    save: "この送り先にする", "Use this address";
    wrong: "この URL には送れません。", "Nothing can be posted there.";
    wrong_https: "https:// で始まる URL を入れてください。",
        "Enter an address that begins with https://.";
    wrong_private: "インターネットから届かないアドレスには送れません。",
        "It is not reached from the internet.";
    long: "URL が長すぎます。上限(バイト):", "The address is too long; bytes at most:";
    same: "すでにこの URL に送っています。", "Notices are posted there already.";
    nothing: "送り先が設定されていません。先に設定してください。", "There is no address; set one first.";
    many: "24時間に試せる回数に達しました。時間をおいてください。",
        "It was tried as often as may be within 24 hours. Wait a while.";
    format: "通知の形式", "What is posted";
    format_why: "POST で JSON を送ります。署名は Standard Webhooks(standardwebhooks.com)の方式で、\
        各言語のライブラリで確かめられます。200番台の応答で届いたものとし、それ以外は間をおいて送り直します。\
        同じ通知の webhook-id はいつも同じです。順序は入れ替わることがあります。",
        "JSON by POST, signed as Standard Webhooks (standardwebhooks.com) has it; there are \
         libraries for many languages. An answer of 200 to 299 means that you have it; after any \
         other it is posted again a while later, with the same webhook-id. The order may change.";
    types: "type の値", "Values of type";
    failed: "届いていない通知", "Notices that did not arrive";
    failed_none: "届いていない通知はありません。", "There are none.";
    failed_why: "新しい届出の通知のうち、送り直しを待つものと、送るのをやめたものです。通知先のメールアドレスがあれば、同じ通知がメールでも送られます。",
        "Of your newest filings: what waits to be posted again, and what was given up. The same \
         goes by mail, where an address for notices is set.";
    failed_notice: "通知", "Notice";
    failed_said: "結果", "What came of it";
    failed_tries: "試行", "Tries";
    failed_next: "次の送信", "Next try";
    failed_over: "送るのをやめました", "given up";
    record: "設定の記録", "Record of changes";
    no_record: "まだ設定はありません。", "Nothing was set yet.";
    at: "日時", "When";
    by: "行った人", "Who";
    what: "内容", "What";
    particulars: "送り先・結果", "Address, or what came of it";
    act_set: "設定", "set";
    act_removed: "終了", "removed";
    act_tried: "試験", "tried";
    back: "通知先へ戻る", "Back to where notices go";
}
