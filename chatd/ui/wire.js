// What is said on the wire. Generated from chatd/wire by `make generate`; changes here are lost.

/**
 * The limits that hold for this connection. Rates are per second; a burst may be saved up.
 * @typedef {Object} Limits
 * @property {number} frame_bytes
 * @property {number} text_code_points
 * @property {number} data_bytes
 * @property {number} json_depth
 * @property {number} messages_per_second
 * @property {number} messages_burst
 * @property {number} bytes_per_second
 * @property {number} bytes_burst
 * @property {number} user_messages_per_second
 * @property {number} user_messages_burst
 * @property {number} rooms_open
 * @property {number} commands_in_flight
 * @property {number} reader_bytes
 * @property {number} reader_seconds
 * @property {number} history_page
 */

/**
 * A room as the asker sees it. `seq` is the last event, `number` the last message's. `role` is absent where one is not a member; `other` is the other person of a direct conversation, whose user name is the room's `name`; oneself in the notes to oneself. `mentions` counts the unread messages that mention one. In an `archived` room nobody writes; `posting` is the least role that does, `slow` the seconds between two messages of one member. The rest is one's own: what to be notified of (absent: all in direct conversations, mentions elsewhere), until when the room is muted (0: for good), whether it is a favourite, its `place` in one's order, and from which message on one marked it as unread.
 * @typedef {Object} RoomState
 * @property {string} room
 * @property {"direct"|"private"|"public"} kind
 * @property {string} name
 * @property {string} [slug]
 * @property {string} [topic]
 * @property {"member"|"moderator"|"owner"|"reader"} [role]
 * @property {number} seq
 * @property {number} number
 * @property {number} [read]
 * @property {number} [delivered]
 * @property {number} [unread]
 * @property {number} members
 * @property {string} [other]
 * @property {number} [mentions]
 * @property {string} [avatar]
 * @property {boolean} [archived]
 * @property {number} [slow]
 * @property {"member"|"moderator"|"owner"|"reader"} [posting]
 * @property {"all"|"mentions"|"none"} [notify]
 * @property {number} [muted_until] Unix time in milliseconds.
 * @property {boolean} [favourite]
 * @property {number} [place]
 * @property {number} [unread_from] Position in the room.
 */

/**
 * How far someone got: the `seq` delivered to them and the one read, 0 for none.
 * @typedef {Object} Mark
 * @property {string} user
 * @property {number} [delivered]
 * @property {number} [read]
 */

/**
 *
 * @typedef {Object} Member
 * @property {string} user
 * @property {string} name
 * @property {"member"|"moderator"|"owner"|"reader"} role
 */

/**
 *
 * @typedef {Object} PersonShape
 * @property {string} user
 * @property {string} name
 * @property {string} display
 */

/**
 * Who said it first, and when.
 * @typedef {Object} Forwarded
 * @property {string} user
 * @property {string} name
 * @property {number} at Unix time in milliseconds.
 */

/**
 * How far `user` got in a room.
 * @typedef {Object} Reader
 * @property {string} user
 * @property {number} delivered A seq, 0 for none.
 * @property {number} read A seq, 0 for none.
 */

/**
 * Somebody who types: their id and user name.
 * @typedef {Object} Typist
 * @property {string} user
 * @property {string} name
 */

/**
 * Says something in a room. The reply's `seq` is the message's place for ever. `reply_to` is the message that this one answers. "@name" mentions a member; "@room" everyone, for moderators, and for members of rooms with up to 20 people.
 * @typedef {Object} Send
 * @property {"send"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} text Message text, in any script.
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 * @property {number} [reply_to] Position in the room.
 */

/**
 * Replaces the text of one's own message, within 24 hours. What it answers stays.
 * @typedef {Object} Edit
 * @property {"edit"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {string} text Message text, in any script.
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 */

/**
 * Erases a message: one's own within 24 hours, anybody's as a moderator. Its place stays.
 * @typedef {Object} Delete
 * @property {"delete"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 */

/**
 * A page of messages: those before a seq, after one, around one, or the latest.
 * @typedef {Object} GetHistory
 * @property {"history"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} [before] Position in the room.
 * @property {number} [after] Position in the room.
 * @property {number} [around] Position in the room.
 * @property {number} [limit] Messages wanted.
 */

/**
 * Shows a room and hears its events from now on. `limit` latest messages come with it.
 * @typedef {Object} Open
 * @property {"open"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} [limit] Messages wanted.
 */

/**
 * Hears a room's events no longer. One stays a member.
 * @typedef {Object} Close
 * @property {"close"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Comes back: everything after `cursor` in `rooms`, which are open afterwards. Without a cursor nothing is brought, and the rooms are open from now on.
 * @typedef {Object} Resume
 * @property {"resume"} type
 * @property {number} id Chosen by the client.
 * @property {string} [cursor] Opaque: hand it back as it is.
 * @property {Array<string>} rooms A room's id, or "#name".
 */

/**
 * Makes a room with oneself as its owner. `slug` is its name in references ("#tea"): only public rooms have one. In a public room newcomers see the whole history, in a private one what came after them, unless `history` says otherwise.
 * @typedef {Object} CreateRoomCommand
 * @property {"create_room"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} name
 * @property {"private"|"public"} [kind]
 * @property {string} [slug]
 * @property {string} [topic]
 * @property {"all"|"joined"} [history]
 */

/**
 * Changes a room's name, slug or topic: for moderators. What is left out stays.
 * @typedef {Object} ChangeRoomCommand
 * @property {"change_room"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} [name]
 * @property {string} [slug]
 * @property {string} [topic]
 */

/**
 * The rooms one is a member of, with heads and unread counts, by id, at most 200 at a time: `after` is the id of the last one seen.
 * @typedef {Object} ListRooms
 * @property {"rooms"} type
 * @property {number} id Chosen by the client.
 * @property {string} [after]
 */

/**
 * One room as one sees it.
 * @typedef {Object} GetRoom
 * @property {"room"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Public rooms, a page at a time: `after` is the id of the last one seen.
 * @typedef {Object} ListPublicRooms
 * @property {"public_rooms"} type
 * @property {number} id Chosen by the client.
 * @property {string} [after]
 */

/**
 * Becomes a member of a public room.
 * @typedef {Object} Join
 * @property {"join"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Is no longer a member. The last owner first hands the room to somebody else.
 * @typedef {Object} Leave
 * @property {"leave"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Brings somebody into a room: for moderators. Who is in 500 rooms is brought into no other, and may still join.
 * @typedef {Object} AddMember
 * @property {"add_member"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 * @property {"member"|"reader"} [role]
 */

/**
 * Gives a member another role: for owners.
 * @typedef {Object} SetRole
 * @property {"set_role"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 * @property {"member"|"moderator"|"owner"|"reader"} role
 */

/**
 * Puts a member out: for moderators, on those below them. They may join again.
 * @typedef {Object} Kick
 * @property {"kick"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 */

/**
 * Puts somebody out and keeps them out, until `until` or for good.
 * @typedef {Object} Ban
 * @property {"ban"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 * @property {number} [until] Unix time in milliseconds.
 */

/**
 * Lifts a ban.
 * @typedef {Object} Unban
 * @property {"unban"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 */

/**
 * Members by name, a page at a time: `after` is the last name seen.
 * @typedef {Object} ListMembers
 * @property {"members"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {string} [after]
 */

/**
 * The conversation with `user`, made if it is the first time. The reply names the room.
 * @typedef {Object} Direct
 * @property {"direct"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} user A user's id, or "@name".
 */

/**
 * Moves one's marks in a room forward; read implies delivered. Going back has no effect, so that it may be sent again without a key.
 * @typedef {Object} SetMark
 * @property {"mark"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} [delivered] Position in the room.
 * @property {number} [read] Position in the room.
 */

/**
 * Who has got and read how much, for rooms with too many members to be told all the time.
 * @typedef {Object} ListMarks
 * @property {"marks"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * I am typing here (again), or no longer. The room must be open on this connection, and one must be able to write there. Another role ends what is shown at once, a block within 6 s.
 * @typedef {Object} SetTyping
 * @property {"typing"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {boolean} [active]
 */

/**
 * How one shows on this connection. One is away when all of one's connections say so.
 * @typedef {Object} SetPresence
 * @property {"presence"} type
 * @property {number} id Chosen by the client.
 * @property {"away"|"online"} state
 */

/**
 * Who is behind an id or an "@name".
 * @typedef {Object} GetPerson
 * @property {"person"} type
 * @property {number} id Chosen by the client.
 * @property {string} user A user's id, or "@name".
 */

/**
 * Whom one has blocked.
 * @typedef {Object} ListBlocked
 * @property {"blocked"} type
 * @property {number} id Chosen by the client.
 */

/**
 * Neither of the two can write to the other directly or add the other to a room.
 * @typedef {Object} Block
 * @property {"block"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} user A user's id, or "@name".
 */

/**
 * Takes a block back.
 * @typedef {Object} Unblock
 * @property {"unblock"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} user A user's id, or "@name".
 */

/**
 * The command took effect and is on disk (or, for a signal, was passed on).
 * @typedef {Object} Done
 * @property {"done"} type
 * @property {number} id Chosen by the client.
 * @property {string} [room]
 * @property {number} [seq] Position in the room.
 * @property {number} [number]
 * @property {number} [at] Unix time in milliseconds.
 */

/**
 * The command was refused and had no effect. `id` is absent where none could be read. `retry` says whether the very same command may succeed later, `retry_after` (seconds) when to try. `reference` appears with code `internal`: quote it to the operator.
 * @typedef {Object} Error
 * @property {"error"} type
 * @property {number} [id] Chosen by the client.
 * @property {string} code
 * @property {string} message
 * @property {boolean} [retry]
 * @property {number} [retry_after]
 * @property {string} [field]
 * @property {string} [reference]
 */

/**
 * The server speaks first: who you are here and what holds on this connection. `heartbeat` is in seconds: when nothing arrived for that long plus ten seconds, the server or the way to it is gone.
 * @typedef {Object} Welcome
 * @property {"welcome"} type
 * @property {string} user
 * @property {string} name
 * @property {string} server
 * @property {number} time Unix time in milliseconds.
 * @property {number} heartbeat
 * @property {Array<string>} features
 * @property {Limits} limits
 */

/**
 * A sign of life. `heads` is the sum of the last `seq` of every room open here: where it differs from the client's own sum, something was missed and `resume` brings it.
 * @typedef {Object} Heartbeat
 * @property {"heartbeat"} type
 * @property {number} time Unix time in milliseconds.
 * @property {number} heads
 */

/**
 * This reader was too slow and its queue was dropped: send `resume` with your last cursor. No room is open on this connection any more.
 * @typedef {Object} Resync
 * @property {"resync"} type
 * @property {string} reason
 */

/**
 * The limits changed while connected.
 * @typedef {Object} LimitsChanged
 * @property {"limits"} type
 * @property {Limits} limits
 */

/**
 * The server is about to close this connection; come back after `retry_after` seconds.
 * @typedef {Object} Bye
 * @property {"bye"} type
 * @property {number} code
 * @property {string} reason
 * @property {number} [retry_after]
 */

/**
 * Messages in ascending order of `seq`, with their current text. Where `more_before` or `more_after` is true there are more on that side.
 * @typedef {Object} History
 * @property {"history"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<Message>} messages
 * @property {boolean} [more_before]
 * @property {boolean} [more_after]
 */

/**
 * The room, its latest messages, marks of its members (up to 50 members), and who is here (user id to "online" or "away"). `cursor` counts for all open rooms; events follow that it does not cover.
 * @typedef {Object} Opened
 * @property {"opened"} type
 * @property {number} id Chosen by the client.
 * @property {RoomState} room
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {Array<Message>} messages
 * @property {boolean} [more_before]
 * @property {Array<Mark>} [marks]
 * @property {Object<string, "away"|"offline"|"online">} [here]
 */

/**
 * `resumed` true: `events` are all that was missed in `rooms`, in order; with `more` ask again from `cursor`, the rooms are not live yet. False: the cursor is of no use any more (another log, or none was given): forget what was known and read history anew; the rooms are live. `removed` are rooms asked for that one may not see (any more); their last event is among `events` if it was missed.
 * @typedef {Object} Resumed
 * @property {"resumed"} type
 * @property {number} id Chosen by the client.
 * @property {boolean} resumed
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {Array<AnyEvent>} [events]
 * @property {boolean} [more]
 * @property {Array<RoomState>} [rooms]
 * @property {Array<string>} [removed]
 */

/**
 * A page of rooms. With `more` there are others behind the last one.
 * @typedef {Object} Rooms
 * @property {"rooms"} type
 * @property {number} id Chosen by the client.
 * @property {Array<RoomState>} rooms
 * @property {boolean} [more]
 */

/**
 *
 * @typedef {Object} Room
 * @property {"room"} type
 * @property {number} id Chosen by the client.
 * @property {RoomState} room
 */

/**
 *
 * @typedef {Object} Members
 * @property {"members"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<Member>} members
 * @property {boolean} [more]
 */

/**
 * The members that got furthest, at most 200.
 * @typedef {Object} MarksReply
 * @property {"marks_page"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<Mark>} marks
 */

/**
 *
 * @typedef {Object} Person
 * @property {"person"} type
 * @property {number} id Chosen by the client.
 * @property {PersonShape} person
 */

/**
 *
 * @typedef {Object} People
 * @property {"people"} type
 * @property {number} id Chosen by the client.
 * @property {Array<PersonShape>} people
 */

/**
 * Somebody said something. `number` counts the room's messages: unread = the room's number less that of the last message read. `text` is the current one; absent once `deleted`. `mentions` are user ids, and "*" for everyone in the room.
 * @typedef {Object} Message
 * @property {"message"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {number} number
 * @property {string} [text]
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 * @property {number} [reply_to] Position in the room.
 * @property {Array<string>} [mentions]
 * @property {Forwarded} [forwarded]
 * @property {number} [edited] Unix time in milliseconds.
 * @property {number} [deleted] Unix time in milliseconds.
 */

/**
 * The message `target` has this content now.
 * @typedef {Object} Edited
 * @property {"edited"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {number} target Position in the room.
 * @property {string} [text]
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 * @property {number} [reply_to] Position in the room.
 * @property {Array<string>} [mentions]
 * @property {number} [deleted] Unix time in milliseconds.
 */

/**
 * The message `target` was erased; only its place stays.
 * @typedef {Object} Deleted
 * @property {"deleted"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {number} target Position in the room.
 */

/**
 * The room was made (`seq` 1) or changed; the fields that changed are present. `title` is the room's name (`name` is the author's, as in every event).
 * @typedef {Object} RoomChanged
 * @property {"room_changed"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {"direct"|"private"|"public"} [kind]
 * @property {string} [title]
 * @property {string} [slug]
 * @property {string} [topic]
 */

/**
 * `user` (now called `user_name`) came, went, or has another `role`. One's own removal is the last event one gets from a room.
 * @typedef {Object} Membership
 * @property {"membership"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {string} user
 * @property {string} user_name
 * @property {"added"|"banned"|"joined"|"kicked"|"left"|"role"|"unbanned"} change
 * @property {"member"|"moderator"|"owner"|"reader"} [role]
 */

/**
 * Members whose marks moved, where these are now. At most once a second for a room; only in rooms with at most 50 members.
 * @typedef {Object} Marks
 * @property {"marks"} type
 * @property {string} room
 * @property {Array<Reader>} marks
 */

/**
 * One's own marks in a room, moved by another of one's connections.
 * @typedef {Object} Marked
 * @property {"marked"} type
 * @property {string} room
 * @property {number} delivered A seq, 0 for none.
 * @property {number} read A seq, 0 for none.
 */

/**
 * Who types in the room now: up to three of them, and how many there are. It replaces what was said before; nobody any more is a `count` of 0. At most once a second for a room; never in rooms with more than 200 members.
 * @typedef {Object} Typing
 * @property {"typing"} type
 * @property {string} room
 * @property {Array<Typist>} users
 * @property {number} count
 */

/**
 * How `user` shows from now on. Told to those who have a room of theirs open that has at most 200 members.
 * @typedef {Object} PresenceChanged
 * @property {"presence"} type
 * @property {string} user
 * @property {"away"|"offline"|"online"} state
 */

/**
 * A message was said in a room that one belongs to and does not have open here: the room's last `seq` and `number` now. At most once a second for a room.
 * @typedef {Object} Activity
 * @property {"activity"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {number} number
 */

/**
 * The message `seq` of a room that one does not have open here mentions one, or everyone.
 * @typedef {Object} Mentioned
 * @property {"mentioned"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {number} number
 * @property {string} from
 */

/**
 * One is a member of the room from now on.
 * @typedef {Object} RoomAdded
 * @property {"room_added"} type
 * @property {string} room
 */

/**
 * One is no longer a member of the room. Where it was open, the event that ended the membership came before this, and nothing follows.
 * @typedef {Object} RoomRemoved
 * @property {"room_removed"} type
 * @property {string} room
 */

/** @typedef {Send|Edit|Delete|GetHistory|Open|Close|Resume|CreateRoomCommand|ChangeRoomCommand|ListRooms|GetRoom|ListPublicRooms|Join|Leave|AddMember|SetRole|Kick|Ban|Unban|ListMembers|Direct|SetMark|ListMarks|SetTyping|SetPresence|GetPerson|ListBlocked|Block|Unblock} AnyCommand */

/** @typedef {Done|Error|History|Opened|Resumed|Rooms|Room|Members|MarksReply|Person|People} AnyReply */

/** @typedef {Message|Edited|Deleted|RoomChanged|Membership} AnyEvent */

/** @typedef {Welcome|Heartbeat|Resync|LimitsChanged|Bye|Marks|Marked|Typing|PresenceChanged|Activity|Mentioned|RoomAdded|RoomRemoved} AnySignal */

/** The WebSocket subprotocol. */
export const SUBPROTOCOL = "chatd.v1";

/** Of each command, whether it takes a key and the type of its reply. */
export const COMMANDS = Object.freeze({
  "send": {
    "keyed": true,
    "reply": "done"
  },
  "edit": {
    "keyed": true,
    "reply": "done"
  },
  "delete": {
    "keyed": true,
    "reply": "done"
  },
  "history": {
    "keyed": false,
    "reply": "history"
  },
  "open": {
    "keyed": false,
    "reply": "opened"
  },
  "close": {
    "keyed": false,
    "reply": "done"
  },
  "resume": {
    "keyed": false,
    "reply": "resumed"
  },
  "create_room": {
    "keyed": true,
    "reply": "done"
  },
  "change_room": {
    "keyed": true,
    "reply": "done"
  },
  "rooms": {
    "keyed": false,
    "reply": "rooms"
  },
  "room": {
    "keyed": false,
    "reply": "room"
  },
  "public_rooms": {
    "keyed": false,
    "reply": "rooms"
  },
  "join": {
    "keyed": true,
    "reply": "done"
  },
  "leave": {
    "keyed": true,
    "reply": "done"
  },
  "add_member": {
    "keyed": true,
    "reply": "done"
  },
  "set_role": {
    "keyed": true,
    "reply": "done"
  },
  "kick": {
    "keyed": true,
    "reply": "done"
  },
  "ban": {
    "keyed": true,
    "reply": "done"
  },
  "unban": {
    "keyed": true,
    "reply": "done"
  },
  "members": {
    "keyed": false,
    "reply": "members"
  },
  "direct": {
    "keyed": true,
    "reply": "done"
  },
  "mark": {
    "keyed": false,
    "reply": "done"
  },
  "marks": {
    "keyed": false,
    "reply": "marks_page"
  },
  "typing": {
    "keyed": false,
    "reply": "done"
  },
  "presence": {
    "keyed": false,
    "reply": "done"
  },
  "person": {
    "keyed": false,
    "reply": "person"
  },
  "blocked": {
    "keyed": false,
    "reply": "people"
  },
  "block": {
    "keyed": true,
    "reply": "done"
  },
  "unblock": {
    "keyed": true,
    "reply": "done"
  }
});

/** Types of events. */
export const EVENTS = Object.freeze([
  "message",
  "edited",
  "deleted",
  "room_changed",
  "membership"
]);

/** Types of signals. */
export const SIGNALS = Object.freeze([
  "welcome",
  "heartbeat",
  "resync",
  "limits",
  "bye",
  "marks",
  "marked",
  "typing",
  "presence",
  "activity",
  "mentioned",
  "room_added",
  "room_removed"
]);

/** Why a command was refused, and whether the same one may succeed later. */
export const CODES = Object.freeze({
  "bad-json": {
    "meaning": "The frame is not valid JSON in UTF-8.",
    "retry": false
  },
  "bad-frame": {
    "meaning": "The frame is JSON, but not one object with a type.",
    "retry": false
  },
  "unknown-type": {
    "meaning": "No command has this type here; the welcome lists the features.",
    "retry": false
  },
  "unknown-field": {
    "meaning": "The command carries a field that it does not have.",
    "retry": false
  },
  "bad-field": {
    "meaning": "A field is missing or has a value that is not allowed.",
    "retry": false
  },
  "too-long": {
    "meaning": "A text has more characters than allowed.",
    "retry": false
  },
  "too-large": {
    "meaning": "The frame, or a part of it, has more bytes than allowed.",
    "retry": false
  },
  "too-deep": {
    "meaning": "The JSON is nested deeper than allowed.",
    "retry": false
  },
  "unauthorized": {
    "meaning": "Nobody is signed in, or the proof of identity has ended.",
    "retry": false
  },
  "forbidden": {
    "meaning": "The one who asks is known and may not do this.",
    "retry": false
  },
  "banned": {
    "meaning": "The one who asks is banned from the room.",
    "retry": false
  },
  "blocked": {
    "meaning": "One of the two people has blocked the other.",
    "retry": false
  },
  "not-found": {
    "meaning": "There is no such thing, or none that the one who asks may see.",
    "retry": false
  },
  "gone": {
    "meaning": "It existed, but what was asked about it is no longer kept.",
    "retry": false
  },
  "conflict": {
    "meaning": "The key was used before for a command with other content.",
    "retry": false
  },
  "exists": {
    "meaning": "It exists already.",
    "retry": false
  },
  "name-taken": {
    "meaning": "The name, or one that looks like it, belongs to another.",
    "retry": false
  },
  "wrong-state": {
    "meaning": "The command does not fit the state that the thing is in.",
    "retry": false
  },
  "limit-reached": {
    "meaning": "A limit on how many there may be is reached.",
    "retry": false
  },
  "rate-limited": {
    "meaning": "Too much in too short a time; wait for retry_after seconds.",
    "retry": true
  },
  "busy": {
    "meaning": "A queue is full at the moment; wait for retry_after seconds.",
    "retry": true
  },
  "storage-full": {
    "meaning": "The server keeps too little free space to store more.",
    "retry": true
  },
  "unavailable": {
    "meaning": "A part of the server that this needs is out of order.",
    "retry": true
  },
  "timeout": {
    "meaning": "It took too long; a command with a key may be sent again safely.",
    "retry": true
  },
  "internal": {
    "meaning": "The server made a mistake and logged it under the given reference.",
    "retry": true
  }
});

/** Why a connection was closed; whether to come back by oneself, and with the cursor. */
export const CLOSES = Object.freeze({
  "1000": {
    "word": "normal",
    "meaning": "The client asked for the end.",
    "comeBack": false,
    "resume": true
  },
  "1001": {
    "word": "going-away",
    "meaning": "The server or the page goes away.",
    "comeBack": true,
    "resume": true
  },
  "1002": {
    "word": "protocol-error",
    "meaning": "The bytes were not WebSocket as RFC 6455 has it.",
    "comeBack": false,
    "resume": true
  },
  "1003": {
    "word": "unsupported-data",
    "meaning": "A binary frame came; this protocol is text.",
    "comeBack": false,
    "resume": true
  },
  "1007": {
    "word": "invalid-payload",
    "meaning": "A text frame was not UTF-8.",
    "comeBack": false,
    "resume": true
  },
  "1008": {
    "word": "policy-violation",
    "meaning": "Too many fragments or control frames.",
    "comeBack": false,
    "resume": true
  },
  "1009": {
    "word": "message-too-big",
    "meaning": "A message was larger than the welcome allows.",
    "comeBack": true,
    "resume": true
  },
  "1011": {
    "word": "internal-error",
    "meaning": "The server made a mistake.",
    "comeBack": true,
    "resume": true
  },
  "1012": {
    "word": "service-restart",
    "meaning": "The server restarts; wait as told, then come back.",
    "comeBack": true,
    "resume": true
  },
  "1013": {
    "word": "try-again-later",
    "meaning": "The server cannot take more now.",
    "comeBack": true,
    "resume": true
  },
  "4000": {
    "word": "slow-reader",
    "meaning": "The client did not read what was sent to it.",
    "comeBack": true,
    "resume": true
  },
  "4001": {
    "word": "credential-expired",
    "meaning": "The proof of identity ended; renew it first.",
    "comeBack": true,
    "resume": true
  },
  "4002": {
    "word": "dead-peer",
    "meaning": "No sign of life came in time.",
    "comeBack": true,
    "resume": true
  },
  "4500": {
    "word": "bad-use",
    "meaning": "Frame after frame made no sense; mend the client first.",
    "comeBack": false,
    "resume": true
  },
  "4501": {
    "word": "signed-out",
    "meaning": "The session was ended; sign in again.",
    "comeBack": false,
    "resume": false
  },
  "4503": {
    "word": "abuse",
    "meaning": "Limits were overrun again and again.",
    "comeBack": false,
    "resume": true
  }
});

/**
 * Whether to connect again by oneself after any close code, known or not.
 * @param {number} code
 * @returns {boolean}
 */
export function comesBack(code) {
  const known = CLOSES[code];
  return known ? known.comeBack : !(code >= 4500 && code <= 4999);
}
