<?php // A small site with a login of its own. Its people chat on chat.php.
session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'cookie_secure' => !empty($_SERVER['HTTPS'])]);
$_SESSION['csrf'] ??= bin2hex(random_bytes(16));
$people = [ // a real site has them in its database; the hashes are of password_hash()
    'anna' => ['id' => '1', 'display' => 'Anna Schmidt', 'hash' => '$2y$10$RtcP1YzRCHXu7rBVere9.uBUN9m..E8HLDA3gke5JExIWY.SpB3wq'],
    'ben' => ['id' => '2', 'display' => 'Ben', 'hash' => '$2y$10$VAAmK6R0.JvP17oH95hsgu0RyuSJRyhVadnJsf0Rc/IL4hBGNGDba'],
];
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $name = (string) ($_POST['name'] ?? '');
    $person = $people[$name] ?? null;        // whoever does not exist costs a hash all the same
    $fits = password_verify((string) ($_POST['password'] ?? ''), ($person ?? $people['ben'])['hash']);
    if ($person && $fits && hash_equals($_SESSION['csrf'], (string) ($_POST['csrf'] ?? ''))) {
        session_regenerate_id(true);
        $_SESSION['user'] = ['id' => $person['id'], 'name' => $name, 'display' => $person['display']];
        header('Location: chat.php', true, 303);
        exit;
    }
} ?>
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A small site</title>
<form method="post"><h1>A small site</h1><p role="alert"><?= isset($name) ? 'The name or the password is wrong.' : '' ?></p>
<input type="hidden" name="csrf" value="<?= $_SESSION['csrf'] ?>"><label>Name <input name="name"></label>
<label>Password <input name="password" type="password"></label> <button>Sign in</button></form></html>
