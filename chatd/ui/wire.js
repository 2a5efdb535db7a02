// What is said on the wire. Generated from chatd/wire by `make generate`; changes here are lost.

/**
 * An uploaded file has at most `max_bytes`, a message at most `each` files.
 * @typedef {Object} FileLimits
 * @property {number} max_bytes
 * @property {number} each
 */

/**
 * The limits that hold for this connection. Rates are per second; a burst may be saved up. `files` is null if you may upload no files.
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
 * @property {FileLimits} [files]
 */

/**
 * A room as the asker sees it. `seq` is the last event, `number` the last message's. `role` is absent if you are not a member; `other` is the other person of a direct conversation, whose user name is the room's `name`; yourself in notes to yourself. `unread` counts messages after the last one read and since you joined; `mentions` the unread ones that mention you. In an `archived` room nobody writes; `posting` is the lowest role that may, `slow` the seconds between two messages of one member. The rest is your own: what to be notified of (absent: all in direct conversations, mentions elsewhere), until when the room is muted (0: for good), whether it is a favourite, its `place` in your order, and from which message on you marked it as unread.
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
 * How far someone got: the `seq` delivered to them and the one read, 0 for none; and when they read that far, if known.
 * @typedef {Object} Mark
 * @property {string} user
 * @property {number} [delivered]
 * @property {number} [read]
 * @property {number} [read_at] Unix time in milliseconds.
 */

/**
 * Somebody who reacted, and when.
 * @typedef {Object} Reactor
 * @property {string} user
 * @property {string} name
 * @property {string} emoji
 * @property {number} at Unix time in milliseconds.
 * @property {number} place
 */

/**
 * A message as it reads now (without reactions), who pinned it and when. `place` is the seq of the `pinned` event.
 * @typedef {Object} PinnedMessage
 * @property {Message} message
 * @property {string} user
 * @property {string} name
 * @property {number} at Unix time in milliseconds.
 * @property {number} place Position in the room.
 */

/**
 * What the message said from `at` on, until the next revision, or the message as it is.
 * @typedef {Object} Revision
 * @property {number} revision
 * @property {number} at Unix time in milliseconds.
 * @property {string} text
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 */

/**
 * A room that you are invited into, and by whom.
 * @typedef {Object} Invitation
 * @property {string} room
 * @property {"direct"|"private"|"public"} kind
 * @property {string} name
 * @property {string} [topic]
 * @property {string} [avatar]
 * @property {number} members
 * @property {string} by
 * @property {string} by_name
 * @property {number} at Unix time in milliseconds.
 */

/**
 *
 * @typedef {Object} InvitedPerson
 * @property {string} user
 * @property {string} name
 * @property {string} by
 * @property {string} by_name
 * @property {number} at Unix time in milliseconds.
 */

/**
 * A link and who made it. Without `expires` or `uses_left` there is no such limit.
 * @typedef {Object} LinkShape
 * @property {string} link_id
 * @property {string} by
 * @property {string} by_name
 * @property {number} created Unix time in milliseconds.
 * @property {number} [expires] Unix time in milliseconds.
 * @property {number} [uses_left]
 */

/**
 * What somebody is up to. It is over at `until`; nobody is told when that comes.
 * @typedef {Object} Status
 * @property {string} [emoji]
 * @property {string} [text]
 * @property {number} [until] Unix time in milliseconds.
 */

/**
 *
 * @typedef {Object} Member
 * @property {string} user
 * @property {string} name
 * @property {"member"|"moderator"|"owner"|"reader"} role
 * @property {string} [display]
 * @property {"bot"|"guest"|"person"} [kind]
 * @property {string} [avatar]
 * @property {Status} [status]
 */

/**
 * Banned by `by` at `at`, until `until` or for good.
 * @typedef {Object} BannedPerson
 * @property {string} user
 * @property {string} name
 * @property {string} by
 * @property {string} by_name
 * @property {number} at Unix time in milliseconds.
 * @property {number} [until] Unix time in milliseconds.
 */

/**
 *
 * @typedef {Object} DraftShape
 * @property {string} room
 * @property {string} text
 * @property {number} [reply_to] Position in the room.
 * @property {number} at Unix time in milliseconds.
 */

/**
 * A message to be said at `at`; with `failure` it could not be, and why. `files` are ids.
 * @typedef {Object} ScheduledShape
 * @property {string} scheduled
 * @property {string} room
 * @property {string} text
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 * @property {number} [reply_to] Position in the room.
 * @property {Array<string>} [files]
 * @property {number} at Unix time in milliseconds.
 * @property {string} [failure]
 */

/**
 * Somebody to whom a message was delivered, or who has read it.
 * @typedef {Object} Recipient
 * @property {string} user
 * @property {string} name
 * @property {"delivered"|"read"} state
 */

/**
 * Somebody. `status` and `last_seen` (to the minute) are for those who share a room with them, unless one of the two blocked the other; `last_seen` is absent if the person or the asker keeps theirs private.
 * @typedef {Object} PersonShape
 * @property {string} user
 * @property {string} name
 * @property {string} display
 * @property {"bot"|"guest"|"person"} [kind]
 * @property {string} [about]
 * @property {string} [avatar]
 * @property {Status} [status]
 * @property {number} [last_seen] Unix time in milliseconds.
 * @property {boolean} [deleted]
 */

/**
 * A message that was found, and its neighbours in the room, ascending.
 * @typedef {Object} SearchHit
 * @property {Message} message
 * @property {Array<Message>} [before]
 * @property {Array<Message>} [after]
 */

/**
 * Who said it first, and when.
 * @typedef {Object} Forwarded
 * @property {string} user
 * @property {string} name
 * @property {number} at Unix time in milliseconds.
 */

/**
 * How many people react to a message with `emoji`: the ids of the first of them, at most 10 (fewer on a page with very many reactions), and whether you do.
 * @typedef {Object} Reaction
 * @property {string} emoji
 * @property {number} count
 * @property {Array<string>} users
 * @property {boolean} [mine]
 */

/**
 * A file of a message, of `size` bytes: `GET /files/<file>`. With `width` and `height` it is a picture that may be shown; without them `type` is what its sender said, and never believed: it is only ever a download.
 * @typedef {Object} FileShape
 * @property {string} file
 * @property {string} name
 * @property {string} type
 * @property {number} size
 * @property {number} [width]
 * @property {number} [height]
 */

/**
 * How far `user` got in a room, and when they read that far.
 * @typedef {Object} Reader
 * @property {string} user
 * @property {number} delivered A seq, 0 for none.
 * @property {number} read A seq, 0 for none.
 * @property {number} [read_at] Unix time in milliseconds.
 */

/**
 * Somebody who is typing: their id and user name.
 * @typedef {Object} Typist
 * @property {string} user
 * @property {string} name
 */

/**
 * Says something in a room. The reply's `seq` is the message's place for ever. `reply_to` is the message that this one answers. "@name" mentions a member; "@room" everyone, for moderators, and for members of rooms with up to 20 people. `files` were uploaded before with `POST /api/files`; each is in only one message. With files the text may be empty.
 * @typedef {Object} Send
 * @property {"send"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} text Message text, in any script.
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 * @property {number} [reply_to] Position in the room.
 * @property {Array<string>} [files] Ids of files one has brought.
 */

/**
 * Replaces the text of your own message, within 24 hours, and its `data` (left out, it is removed). What it answers and its files stay. A forwarded message cannot be edited.
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
 * Erases a message: your own within 24 hours, anybody's as a moderator. Its place stays.
 * @typedef {Object} Delete
 * @property {"delete"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 */

/**
 * A page of messages: those before a seq, after one, around one, around the first one said at a time or later (or around the last, if that was earlier), or the latest.
 * @typedef {Object} GetHistory
 * @property {"history"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} [before] Position in the room.
 * @property {number} [after] Position in the room.
 * @property {number} [around] Position in the room.
 * @property {number} [at] Unix time in milliseconds.
 * @property {number} [limit] Messages wanted.
 */

/**
 * Single messages by their seqs: what others answer, what a link leads to.
 * @typedef {Object} GetMessages
 * @property {"messages"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {Array<number>} seqs Position in the room.
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
 * Hears a room's events no longer. You stay a member.
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
 * Reacts to a message with an emoji; at most 20 different ones from one person and 50 from all. It takes the role member, even if fewer may write. `exists` if you have already.
 * @typedef {Object} AddReaction
 * @property {"react"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {string} emoji One emoji, with or without variation selectors.
 */

/**
 * Takes back a reaction of your own; `not-found` if there is none.
 * @typedef {Object} RemoveReaction
 * @property {"unreact"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {string} emoji One emoji, with or without variation selectors.
 */

/**
 * Who reacted to a message, with any emoji or one, in the order in which they did; those after `after`, the `place` of the last one known.
 * @typedef {Object} ListReactors
 * @property {"reactors"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {string} [emoji] One emoji, with or without variation selectors.
 * @property {number} [after]
 */

/**
 * Pins a message: for moderators, and both people of a direct conversation. At most 100 in a room; `exists` if it is pinned already.
 * @typedef {Object} AddPin
 * @property {"pin"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 */

/**
 * Removes a pin, no matter who set it; `not-found` if there is none.
 * @typedef {Object} RemovePin
 * @property {"unpin"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 */

/**
 * The room's pinned messages, newest pin first; those below the place `before`.
 * @typedef {Object} ListPins
 * @property {"pins"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} [before] Position in the room.
 */

/**
 * Says the message `seq` of `room` again in `to`, as it reads now. Whoever may see a message may pass it on, as they could by copying it. The new message carries the same files and tells who said it first, and when; it mentions nobody, answers nothing, and stays if the first one is edited or deleted. `text` is said right before it, as a message of your own. The reply's `seq` is that of the forwarded one.
 * @typedef {Object} ForwardMessage
 * @property {"forward"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {string} to A room's id, or "#name".
 * @property {string} [text] Message text, in any script.
 */

/**
 * What a message said before, oldest first, after the revision `after`: for its author and for moderators, in a direct conversation only for its author. The first words and the last 50 before the present ones are kept until the message is deleted.
 * @typedef {Object} ListRevisions
 * @property {"revisions"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {number} [after]
 */

/**
 * Makes a room with you as its owner. `slug` is its name in references ("#tea"): only public rooms have one. In a public room newcomers see the whole history, in a private one what came after them, unless `history` says otherwise.
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
 * Changes a room: for moderators. What is left out stays. `avatar` is the id of a picture that you uploaded, "" for none; `slow` makes members wait this many seconds between two messages, at most six hours. Only for owners: `posting`, the lowest role that may write ("moderator" makes it a room of announcements), and `archived`: such a room can be read, and nobody writes in it.
 * @typedef {Object} ChangeRoomCommand
 * @property {"change_room"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} [name]
 * @property {string} [slug]
 * @property {string} [topic]
 * @property {string} [avatar]
 * @property {number} [slow]
 * @property {"member"|"moderator"|"owner"} [posting]
 * @property {boolean} [archived]
 */

/**
 * The rooms you are a member of, with heads and unread counts, by id, at most 200 at a time: `after` is the id of the last one seen.
 * @typedef {Object} ListRooms
 * @property {"rooms"} type
 * @property {number} id Chosen by the client.
 * @property {string} [after]
 */

/**
 * One room as you see it.
 * @typedef {Object} GetRoom
 * @property {"room"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Public rooms, a page at a time: `after` is the id of the last one seen. They come by name; with `query` those that have all of its words in name, slug or topic, those with most members first. Archived ones are left out unless `archived` is true.
 * @typedef {Object} ListPublicRooms
 * @property {"public_rooms"} type
 * @property {number} id Chosen by the client.
 * @property {string} [after]
 * @property {string} [query]
 * @property {boolean} [archived]
 */

/**
 * Invites somebody into a room: for moderators. They are told its name, topic and size, and who invites them, and nothing else until they accept.
 * @typedef {Object} Invite
 * @property {"invite"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 */

/**
 * Takes an invitation back: for moderators.
 * @typedef {Object} Uninvite
 * @property {"uninvite"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 */

/**
 * Becomes a member of a room that you were invited into.
 * @typedef {Object} Accept
 * @property {"accept"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Turns an invitation down. Nobody is told.
 * @typedef {Object} Decline
 * @property {"decline"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Rooms that you are invited into, latest first.
 * @typedef {Object} ListInvitations
 * @property {"invited"} type
 * @property {number} id Chosen by the client.
 */

/**
 * Who was invited into a room and has not answered yet: for moderators.
 * @typedef {Object} ListInvitedPeople
 * @property {"invited_people"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Makes a link into a room, for moderators: whoever has it may join, `uses` times (or without limit) within `expires_in` seconds (a week; 0: without end). It ends with its maker's right to invite. The server's page takes it as `/#join=<secret>`.
 * @typedef {Object} InviteLink
 * @property {"invite_link"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {number} [expires_in]
 * @property {number} [uses]
 */

/**
 * Links that lead into a room, without their secrets: for moderators.
 * @typedef {Object} ListLinks
 * @property {"links"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * The link leads nowhere any more: for moderators.
 * @typedef {Object} EndLink
 * @property {"end_link"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} link_id
 */

/**
 * Where a link leads. One that never existed, has ended or is used up gets the same answer.
 * @typedef {Object} PeekLink
 * @property {"peek_link"} type
 * @property {number} id Chosen by the client.
 * @property {string} secret What stands behind #join= in the address that somebody was given.
 */

/**
 * Becomes a member of the room behind a link.
 * @typedef {Object} JoinByLink
 * @property {"join_by_link"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} secret What stands behind #join= in the address that somebody was given.
 */

/**
 * How you keep a room; for all of your devices. What is left out stays, what `clear` names is as if it had never been set. `notify`: what to be notified of, if not all in direct conversations and mentions elsewhere. `muted_until`: of nothing until then, 0 for good. `place`: its rank in your own order. It may be sent again without a key.
 * @typedef {Object} SetRoom
 * @property {"set_room"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {"all"|"mentions"|"none"} [notify]
 * @property {number} [muted_until] Unix time in milliseconds.
 * @property {boolean} [favourite]
 * @property {number} [place]
 * @property {Array<"muted_until"|"notify"|"place"|"unread_from">} [clear]
 */

/**
 * Your own order as a whole: `rooms` have the places 0, 1, 2 …, all others none. Rooms that you are not in are skipped. It may be sent again without a key.
 * @typedef {Object} OrderMine
 * @property {"order"} type
 * @property {number} id Chosen by the client.
 * @property {Array<string>} rooms A room's id, or "#name".
 */

/**
 * Marks a room as unread from a message on, until `mark` says that anything was read there. Marks themselves never go back. It may be sent again without a key.
 * @typedef {Object} MarkUnread
 * @property {"mark_unread"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
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
 * Brings somebody into a room: for moderators. Whoever is in 500 rooms is brought into no other, but may still join. Whoever does not let everybody begin a conversation (`set_privacy`) is brought in only by people they share a room with; others invite them.
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
 * Removes a member: for moderators, of those below them. They may join again.
 * @typedef {Object} Kick
 * @property {"kick"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} user A user's id, or "@name".
 */

/**
 * Removes somebody and keeps them out, until `until` or for good.
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
 * Who is banned from a room, by user name, a page at a time: `after` is the last name seen. For moderators.
 * @typedef {Object} ListBanned
 * @property {"banned_people"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {string} [after]
 */

/**
 * The conversation with `user`, begun if it is the first time, which not everybody allows everybody (`set_privacy`). With yourself these are your notes. The reply names the room.
 * @typedef {Object} Direct
 * @property {"direct"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} user A user's id, or "@name".
 */

/**
 * What you are about to say in a room, as it was typed; "" for nothing any more. The last one that arrives counts, so it needs no key; send it when somebody pauses, not with every letter: about once a second. `device` comes back in the signal, for the device that sent it.
 * @typedef {Object} WriteDraft
 * @property {"draft"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {string} text Message text, in any script.
 * @property {number} [reply_to] Position in the room.
 * @property {string} [device] Any word by which a device knows its own signal.
 */

/**
 * Your drafts by room, as many as fit into one answer: `after` is the room of the last one seen.
 * @typedef {Object} ListDrafts
 * @property {"drafts"} type
 * @property {number} id Chosen by the client.
 * @property {string} [after]
 */

/**
 * Says something at the time `at`, between a minute and a year ahead: as if you had sent it then, with the rights and the rules of that moment. Its `key` names it until then. At most 100 messages wait.
 * @typedef {Object} ScheduleMessage
 * @property {"schedule"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} room A room's id, or "#name".
 * @property {string} text Message text, in any script.
 * @property {Object<string, *>} [data] One namespaced object, such as {"org.example.card": {…}}; 4 KiB.
 * @property {number} [reply_to] Position in the room.
 * @property {Array<string>} [files] Ids of files one has brought.
 * @property {number} at Unix time in milliseconds.
 */

/**
 * Takes a scheduled message back, or forgets one that could not be said.
 * @typedef {Object} UnscheduleMessage
 * @property {"unschedule"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} scheduled Idempotency key, unique among the author's commands.
 */

/**
 * Your scheduled messages by key, as many as fit into one answer: `after` is the last key seen.
 * @typedef {Object} ListScheduled
 * @property {"scheduled"} type
 * @property {number} id Chosen by the client.
 * @property {string} [after] Idempotency key, unique among the author's commands.
 */

/**
 * Moves your marks in a room forward; read implies delivered. Going back has no effect, so it may be sent again without a key.
 * @typedef {Object} SetMark
 * @property {"mark"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} [delivered] Position in the room.
 * @property {number} [read] Position in the room.
 */

/**
 * Who has got and read how much, for rooms with too many members for `marks` signals.
 * @typedef {Object} ListMarks
 * @property {"marks"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 */

/**
 * Who has got and read one message; any member who may see it may ask. Those whose user name comes after `after`.
 * @typedef {Object} ListRecipients
 * @property {"read_by"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {number} seq Position in the room.
 * @property {string} [after]
 */

/**
 * I am typing here (again), or no longer. The room must be open on this connection, and you must be able to write there. A change of role ends what is shown at once, a block within 6 s. If you keep it to yourself (`set_privacy`) nobody is told.
 * @typedef {Object} SetTyping
 * @property {"typing"} type
 * @property {number} id Chosen by the client.
 * @property {string} room A room's id, or "#name".
 * @property {boolean} [active]
 */

/**
 * How you show on this connection. You are away if all of your connections say so.
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
 * Those whose user name begins with `query`, or any word of their display name, by user name, starting behind the name `after`. Whom one finds is for the server to say: all, those one shares a room with, or nobody.
 * @typedef {Object} FindPeople
 * @property {"people"} type
 * @property {number} id Chosen by the client.
 * @property {string} query
 * @property {string} [after]
 */

/**
 * Whom you have blocked.
 * @typedef {Object} ListBlocked
 * @property {"blocked"} type
 * @property {number} id Chosen by the client.
 */

/**
 * Neither of the two can write to the other directly, add the other to a room, mention the other, or see whether the other is there. At most 1000 people.
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
 * What you show of yourself. What is left out stays as it is; `about` (500 characters) may be empty; `avatar` is one of your own pictures, "" for none.
 * @typedef {Object} SetProfileCommand
 * @property {"set_profile"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} [display]
 * @property {string} [about]
 * @property {string} [avatar]
 */

/**
 * What you are up to, in 100 characters, an emoji, or both; with neither: no status. From `until` on nobody is shown it any more.
 * @typedef {Object} SetStatusCommand
 * @property {"set_status"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {string} [emoji]
 * @property {string} [text]
 * @property {number} [until] Unix time in milliseconds.
 */

/**
 * What is left out stays as it is. `seen_by` none: nobody is told when you were last here, nor are you told that of others. `direct_from`: who may begin a conversation with you: all, people you share a room with, or nobody; existing ones go on. `receipts` false: nobody else is told what you got and read. `typing` false: nobody is told that you are typing.
 * @typedef {Object} SetPrivacyCommand
 * @property {"set_privacy"} type
 * @property {number} id Chosen by the client.
 * @property {string} key Idempotency key, unique among the author's commands.
 * @property {"all"|"none"} [seen_by]
 * @property {"all"|"none"|"rooms"} [direct_from]
 * @property {boolean} [receipts]
 * @property {boolean} [typing]
 */

/**
 * Your own settings.
 * @typedef {Object} GetPrivacy
 * @property {"privacy"} type
 * @property {number} id Chosen by the client.
 */

/**
 * Finds messages in the rooms you are in, newest first. `text` is what a person types: all words must be there, the last one may be only begun; "two words" in quotation marks stand next to each other; a word after a - must not be there. `from:@alice`, `from:me`, `in:#tea`, `before:2026-01-31`, `after:2026-01-31`, `on:2026-01-31` (days of UTC), `has:link`, `has:data` and `has:file` filter, and so do the fields, which take precedence. `after` is the earliest time, `before` the first that is too late. `page` is the `next` of the reply before.
 * @typedef {Object} Search
 * @property {"search"} type
 * @property {number} id Chosen by the client.
 * @property {string} [text] Words, "phrases", -words, filters; see above.
 * @property {string} [room] A room's id, or "#name".
 * @property {string} [from] A user's id, or "@name".
 * @property {number} [after] Unix time in milliseconds.
 * @property {number} [before] Unix time in milliseconds.
 * @property {"data"|"file"|"link"} [has]
 * @property {string} [page] Opaque: hand it back as it is.
 * @property {number} [limit] Hits wanted.
 * @property {number} [context] Messages shown on each side.
 */

/**
 * This session's browser is now told of what is meant for you while none of your pages is open: direct messages, mentions, and whatever else you are notified of (`set_room`). A session has one browser: another `endpoint` replaces the one before. The fields are those of the browser's `PushSubscription`, made with the `key` that `push` tells. It ends with the session, with `push_unsubscribe`, and when the push service no longer knows it. `text`: include the text of messages, if this server allows it. It may be sent again without a key.
 * @typedef {Object} SubscribePush
 * @property {"push_subscribe"} type
 * @property {number} id Chosen by the client.
 * @property {string} endpoint Address of a push service.
 * @property {string} p256dh base64url.
 * @property {string} auth base64url.
 * @property {boolean} [text]
 */

/**
 * This session's browser is no longer told of anything. It may be sent again without a key.
 * @typedef {Object} UnsubscribePush
 * @property {"push_unsubscribe"} type
 * @property {number} id Chosen by the client.
 */

/**
 * Whether this server pushes, and where to for this session.
 * @typedef {Object} GetPush
 * @property {"push"} type
 * @property {number} id Chosen by the client.
 */

/**
 * Takes a fresh `token` from your site (a JWT, as for POST /api/session/exchange) in place of the one about to end: the connection goes on, and so does the secret that the earlier token was exchanged for. It must be about the same person; otherwise it is refused and nothing changes.
 * @typedef {Object} Renew
 * @property {"renew"} type
 * @property {number} id Chosen by the client.
 * @property {string} token
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
 * The command was refused and had no effect. `id` is absent if none could be read. `retry` says whether the very same command may succeed later, `retry_after` (seconds) when to try. `reference` appears with code `internal`: quote it to the operator.
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
 * The server speaks first: who you are here and what holds on this connection. `connection` is the name of this connection in the server's log: quote it to the operator. `heartbeat` is in seconds: if nothing arrives for that long plus ten seconds, the server or the way to it is gone.
 * @typedef {Object} Welcome
 * @property {"welcome"} type
 * @property {string} user
 * @property {string} name
 * @property {string} [connection]
 * @property {string} server
 * @property {number} time Unix time in milliseconds.
 * @property {number} heartbeat
 * @property {Array<string>} features
 * @property {Limits} limits
 */

/**
 * A sign of life. `heads` is the sum of the last `seq` of every room open here: if it differs from the client's own sum, something was missed and `resume` brings it.
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
 * Messages in ascending order of `seq`, with their current text and reactions. If `more_before` or `more_after` is true there are more on that side. `quoted` are the messages that they answer and that are not among them, without reactions: one missing there is one you may not see, or was too long to be included; `messages` tells which.
 * @typedef {Object} History
 * @property {"history"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<Message>} messages
 * @property {Array<Message>} [quoted]
 * @property {boolean} [more_before]
 * @property {boolean} [more_after]
 */

/**
 * Those that are messages and that you may see, in ascending order, with their current text and reactions. With `more` not all fit into one reply: ask again for those above the last.
 * @typedef {Object} Messages
 * @property {"messages"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<Message>} messages
 * @property {boolean} [more]
 */

/**
 * The room, its latest messages (`quoted` as in `history`), marks of its members (up to 50 members), and who is here (user id to "online" or "away"). `cursor` counts for all open rooms; events that it does not cover follow.
 * @typedef {Object} Opened
 * @property {"opened"} type
 * @property {number} id Chosen by the client.
 * @property {RoomState} room
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {Array<Message>} messages
 * @property {Array<Message>} [quoted]
 * @property {boolean} [more_before]
 * @property {Array<Mark>} [marks]
 * @property {Object<string, "away"|"offline"|"online">} [here]
 */

/**
 * `resumed` true: `events` are all that was missed in `rooms`, in order; with `more` ask again from `cursor`, the rooms are not live yet. False: the cursor is no longer of use (another log, or none was given): forget what was known and read history anew; the rooms are live. `removed` are rooms asked for that you may not see (any more); their last event is among `events` if it was missed.
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
 * At most 200 people; with `more` there are others, after the `place` of the last.
 * @typedef {Object} Reactors
 * @property {"reactors"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {Array<Reactor>} reactors
 * @property {boolean} [more]
 */

/**
 * Pinned messages that you may see, at most 50; with `more` there are others, below the `place` of the last.
 * @typedef {Object} Pins
 * @property {"pins"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<PinnedMessage>} pins
 * @property {boolean} [more]
 */

/**
 * At most 12 revisions; with `more` there are others, after the last one's number.
 * @typedef {Object} Revisions
 * @property {"revisions"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {Array<Revision>} revisions
 * @property {boolean} [more]
 */

/**
 * A page of rooms. With `more` there are others after the last one.
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
 * @typedef {Object} Invitations
 * @property {"invitations"} type
 * @property {number} id Chosen by the client.
 * @property {Array<Invitation>} invitations
 */

/**
 *
 * @typedef {Object} InvitedPeople
 * @property {"invited_people"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<InvitedPerson>} people
 */

/**
 * The only time that `secret` is shown; the same key shows it again.
 * @typedef {Object} LinkMade
 * @property {"link"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {string} link_id
 * @property {string} secret
 * @property {number} [expires] Unix time in milliseconds.
 * @property {number} [uses]
 */

/**
 *
 * @typedef {Object} Links
 * @property {"links"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<LinkShape>} links
 */

/**
 * The room behind a link, who made the link, and whether you are in the room already.
 * @typedef {Object} Peeked
 * @property {"peeked"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {"direct"|"private"|"public"} kind
 * @property {string} name
 * @property {string} [topic]
 * @property {string} [avatar]
 * @property {number} members
 * @property {string} by
 * @property {string} by_name
 * @property {boolean} [joined]
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
 *
 * @typedef {Object} BannedPeople
 * @property {"banned_people"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {Array<BannedPerson>} people
 * @property {boolean} [more]
 */

/**
 * A page of drafts. With `more` there are others after the last one.
 * @typedef {Object} Drafts
 * @property {"drafts"} type
 * @property {number} id Chosen by the client.
 * @property {Array<DraftShape>} drafts
 * @property {boolean} [more]
 */

/**
 * A page of scheduled messages. With `more` there are others after the last one.
 * @typedef {Object} Scheduled
 * @property {"scheduled"} type
 * @property {number} id Chosen by the client.
 * @property {Array<ScheduledShape>} scheduled
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
 * `of` members could see the message; `delivered` of them got it, and `read` of those have read it. Neither its author nor anybody who hides their receipts is counted or among the `people`: at most 200, by user name; with `more` there are others.
 * @typedef {Object} RecipientsReply
 * @property {"read_by"} type
 * @property {number} id Chosen by the client.
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {number} of
 * @property {number} delivered
 * @property {number} read
 * @property {Array<Recipient>} people
 * @property {boolean} [more]
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
 * @property {boolean} [more]
 */

/**
 * See `set_privacy`.
 * @typedef {Object} Privacy
 * @property {"privacy"} type
 * @property {number} id Chosen by the client.
 * @property {"all"|"none"} [seen_by]
 * @property {"all"|"none"|"rooms"} [direct_from]
 * @property {boolean} [receipts]
 * @property {boolean} [typing]
 */

/**
 * `hits` have their current text. With `next` there may be more: ask again with it as the `page`, even if a page is empty. `words` are what to mark: in lower case, without accents. `behind` events of the log were not searched, because they are not indexed yet.
 * @typedef {Object} SearchFound
 * @property {"found"} type
 * @property {number} id Chosen by the client.
 * @property {Array<SearchHit>} hits
 * @property {Array<string>} [words]
 * @property {string} [next] Opaque: hand it back as it is.
 * @property {number} [behind]
 */

/**
 * `key` is the browser's `applicationServerKey`; without one this server pushes nothing. `texts`: it allows texts to be included. `endpoint` is where this session's browser is told of messages, absent if it is not; `text` as it was asked for then.
 * @typedef {Object} Push
 * @property {"push"} type
 * @property {number} id Chosen by the client.
 * @property {string} [key]
 * @property {boolean} [texts]
 * @property {string} [endpoint]
 * @property {boolean} [text]
 */

/**
 * Your proof of identity is now good until `expires`.
 * @typedef {Object} Renewed
 * @property {"renewed"} type
 * @property {number} id Chosen by the client.
 * @property {number} expires Unix time in milliseconds.
 */

/**
 * Somebody said something. `number` counts the room's messages: unread = the room's number less that of the last message read. `text` is the current one; absent once `deleted`. `mentions` are user ids, and "*" for everyone in the room. `reactions` are shown in `opened`, `history` and `messages`, in order of their first use; a message that arrives live or on resuming has none yet, and `reacted` reports each one. `files` are absent once `deleted`, and no edit changes them.
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
 * @property {Array<Reaction>} [reactions]
 * @property {Array<FileShape>} [files]
 */

/**
 * The message `target` now has this content; its files are those it had. Without words and files for whoever came after the message and may not see it.
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
 * @property {Array<FileShape>} [files]
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
 * Somebody reacts to the message `target` with `emoji`, or with `on` false no longer does. `count` is how many people now do (0: nobody); a page of messages shows the same count, and what comes after it replaces what it showed. Your own reactions are told by `from`. A deleted message loses its reactions without further word.
 * @typedef {Object} Reacted
 * @property {"reacted"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {number} target Position in the room.
 * @property {string} emoji
 * @property {boolean} on
 * @property {number} count
 */

/**
 * The message `target` was pinned, or with `on` false unpinned. A deleted message loses its pin without further word.
 * @typedef {Object} Pinned
 * @property {"pinned"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {string} cursor Opaque: hand it back as it is.
 * @property {number} at Unix time in milliseconds.
 * @property {string} from
 * @property {string} name
 * @property {number} target Position in the room.
 * @property {boolean} on
 */

/**
 * The room was made (`seq` 1) or changed; the fields that changed are present. `title` is the room's name (`name` is the author's, as in every event); an `avatar` of "" is none.
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
 * @property {string} [avatar]
 * @property {number} [slow]
 * @property {"member"|"moderator"|"owner"|"reader"} [posting]
 * @property {boolean} [archived]
 */

/**
 * You are invited into a room.
 * @typedef {Object} Invited
 * @property {"invited"} type
 * @property {Invitation} invitation
 */

/**
 * An invitation has ended: taken back, or declined on another device. (One into a room that you are in by now ends without this; `room_added` tells.)
 * @typedef {Object} Uninvited
 * @property {"uninvited"} type
 * @property {string} room
 */

/**
 * How you keep a room from now on, complete: what is absent is not set.
 * @typedef {Object} RoomSet
 * @property {"room_set"} type
 * @property {string} room
 * @property {"all"|"mentions"|"none"} [notify]
 * @property {number} [muted_until] Unix time in milliseconds.
 * @property {boolean} [favourite]
 * @property {number} [place]
 * @property {number} [unread_from] Position in the room.
 */

/**
 * Your own order from now on: these rooms have the places 0, 1, 2 …, all others none.
 * @typedef {Object} RoomsOrdered
 * @property {"rooms_ordered"} type
 * @property {Array<string>} rooms
 */

/**
 * `user` (now called `user_name`) came, went, or has another `role`. Your own removal is the last event you get from a room.
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
 * The draft in a room is now this; without `text` there is none. (Leaving a room drops its draft without a word.)
 * @typedef {Object} Draft
 * @property {"draft"} type
 * @property {string} room
 * @property {string} [text]
 * @property {number} [reply_to] Position in the room.
 * @property {number} at Unix time in milliseconds.
 * @property {string} [device]
 */

/**
 * A message of your own waits to be said. One known before was put off: slow mode makes it wait longer.
 * @typedef {Object} ScheduleSet
 * @property {"schedule_set"} type
 * @property {ScheduledShape} item
 */

/**
 * A scheduled message was said, or taken back.
 * @typedef {Object} ScheduleEnded
 * @property {"schedule_ended"} type
 * @property {string} scheduled
 */

/**
 * A scheduled message could not be said; it is kept until it is taken back.
 * @typedef {Object} ScheduleFailed
 * @property {"schedule_failed"} type
 * @property {string} scheduled
 * @property {string} room
 * @property {string} failure
 */

/**
 * Members whose marks moved, and where they are now. At most once a second for a room; only in rooms with at most 50 members.
 * @typedef {Object} Marks
 * @property {"marks"} type
 * @property {string} room
 * @property {Array<Reader>} marks
 */

/**
 * Your own marks in a room, moved by another of your connections.
 * @typedef {Object} Marked
 * @property {"marked"} type
 * @property {string} room
 * @property {number} delivered A seq, 0 for none.
 * @property {number} read A seq, 0 for none.
 */

/**
 * Who is typing in the room now: up to three of them, and how many there are. It replaces what was said before; a `count` of 0 means nobody any more. At most once a second for a room; never in rooms with more than 200 members.
 * @typedef {Object} Typing
 * @property {"typing"} type
 * @property {string} room
 * @property {Array<Typist>} users
 * @property {number} count
 */

/**
 * How `user` shows from now on. Sent to those who have open a room of theirs with at most 200 members.
 * @typedef {Object} PresenceChanged
 * @property {"presence"} type
 * @property {string} user
 * @property {"away"|"offline"|"online"} state
 */

/**
 * A message was said in a room that you belong to and do not have open here: the room's last `seq` and `number` now. At most once a second for a room.
 * @typedef {Object} Activity
 * @property {"activity"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {number} number
 */

/**
 * The message `seq` of a room that you do not have open here mentions you, or everyone.
 * @typedef {Object} Mentioned
 * @property {"mentioned"} type
 * @property {string} room
 * @property {number} seq Position in the room.
 * @property {number} number
 * @property {string} from
 */

/**
 * You are now a member of the room.
 * @typedef {Object} RoomAdded
 * @property {"room_added"} type
 * @property {string} room
 */

/**
 * You are no longer a member of the room. If it was open, the event that ended the membership came before this, and nothing follows.
 * @typedef {Object} RoomRemoved
 * @property {"room_removed"} type
 * @property {string} room
 */

/**
 * You have blocked `user`, or no longer do: sent to your own devices.
 * @typedef {Object} BlockChanged
 * @property {"block_changed"} type
 * @property {string} user
 * @property {boolean} blocked
 */

/**
 * How `user` shows from now on: without `avatar` or `status` they have none. Sent to those who have open a room of theirs with at most 200 members, and to their own devices.
 * @typedef {Object} PersonChanged
 * @property {"person_changed"} type
 * @property {string} user
 * @property {string} name
 * @property {string} display
 * @property {"bot"|"guest"|"person"} [kind]
 * @property {string} [avatar]
 * @property {Status} [status]
 */

/**
 * Your own settings as they are now, changed on another device or on this one.
 * @typedef {Object} PrivacyChanged
 * @property {"privacy_changed"} type
 * @property {"all"|"none"} [seen_by]
 * @property {"all"|"none"|"rooms"} [direct_from]
 * @property {boolean} [receipts]
 * @property {boolean} [typing]
 */

/**
 * Your proof of identity ends at `expires` (Unix ms), and the connection with it, closed with 4001. Whoever was vouched for by another site may go on with `renew`. It comes a minute before the end, or half-way there if less is left when the connection opens.
 * @typedef {Object} Ending
 * @property {"ending"} type
 * @property {number} expires Unix time in milliseconds.
 */

/** @typedef {Send|Edit|Delete|GetHistory|GetMessages|Open|Close|Resume|AddReaction|RemoveReaction|ListReactors|AddPin|RemovePin|ListPins|ForwardMessage|ListRevisions|CreateRoomCommand|ChangeRoomCommand|ListRooms|GetRoom|ListPublicRooms|Invite|Uninvite|Accept|Decline|ListInvitations|ListInvitedPeople|InviteLink|ListLinks|EndLink|PeekLink|JoinByLink|SetRoom|OrderMine|MarkUnread|Join|Leave|AddMember|SetRole|Kick|Ban|Unban|ListMembers|ListBanned|Direct|WriteDraft|ListDrafts|ScheduleMessage|UnscheduleMessage|ListScheduled|SetMark|ListMarks|ListRecipients|SetTyping|SetPresence|GetPerson|FindPeople|ListBlocked|Block|Unblock|SetProfileCommand|SetStatusCommand|SetPrivacyCommand|GetPrivacy|Search|SubscribePush|UnsubscribePush|GetPush|Renew} AnyCommand */

/** @typedef {Done|Error|History|Messages|Opened|Resumed|Reactors|Pins|Revisions|Rooms|Room|Invitations|InvitedPeople|LinkMade|Links|Peeked|Members|BannedPeople|Drafts|Scheduled|MarksReply|RecipientsReply|Person|People|Privacy|SearchFound|Push|Renewed} AnyReply */

/** @typedef {Message|Edited|Deleted|Reacted|Pinned|RoomChanged|Membership} AnyEvent */

/** @typedef {Welcome|Heartbeat|Resync|LimitsChanged|Bye|Invited|Uninvited|RoomSet|RoomsOrdered|Draft|ScheduleSet|ScheduleEnded|ScheduleFailed|Marks|Marked|Typing|PresenceChanged|Activity|Mentioned|RoomAdded|RoomRemoved|BlockChanged|PersonChanged|PrivacyChanged|Ending} AnySignal */

/**
 * By the type of command.
 * @typedef {Object} Commands
 * @property {Send} send
 * @property {Edit} edit
 * @property {Delete} delete
 * @property {GetHistory} history
 * @property {GetMessages} messages
 * @property {Open} open
 * @property {Close} close
 * @property {Resume} resume
 * @property {AddReaction} react
 * @property {RemoveReaction} unreact
 * @property {ListReactors} reactors
 * @property {AddPin} pin
 * @property {RemovePin} unpin
 * @property {ListPins} pins
 * @property {ForwardMessage} forward
 * @property {ListRevisions} revisions
 * @property {CreateRoomCommand} create_room
 * @property {ChangeRoomCommand} change_room
 * @property {ListRooms} rooms
 * @property {GetRoom} room
 * @property {ListPublicRooms} public_rooms
 * @property {Invite} invite
 * @property {Uninvite} uninvite
 * @property {Accept} accept
 * @property {Decline} decline
 * @property {ListInvitations} invited
 * @property {ListInvitedPeople} invited_people
 * @property {InviteLink} invite_link
 * @property {ListLinks} links
 * @property {EndLink} end_link
 * @property {PeekLink} peek_link
 * @property {JoinByLink} join_by_link
 * @property {SetRoom} set_room
 * @property {OrderMine} order
 * @property {MarkUnread} mark_unread
 * @property {Join} join
 * @property {Leave} leave
 * @property {AddMember} add_member
 * @property {SetRole} set_role
 * @property {Kick} kick
 * @property {Ban} ban
 * @property {Unban} unban
 * @property {ListMembers} members
 * @property {ListBanned} banned_people
 * @property {Direct} direct
 * @property {WriteDraft} draft
 * @property {ListDrafts} drafts
 * @property {ScheduleMessage} schedule
 * @property {UnscheduleMessage} unschedule
 * @property {ListScheduled} scheduled
 * @property {SetMark} mark
 * @property {ListMarks} marks
 * @property {ListRecipients} read_by
 * @property {SetTyping} typing
 * @property {SetPresence} presence
 * @property {GetPerson} person
 * @property {FindPeople} people
 * @property {ListBlocked} blocked
 * @property {Block} block
 * @property {Unblock} unblock
 * @property {SetProfileCommand} set_profile
 * @property {SetStatusCommand} set_status
 * @property {SetPrivacyCommand} set_privacy
 * @property {GetPrivacy} privacy
 * @property {Search} search
 * @property {SubscribePush} push_subscribe
 * @property {UnsubscribePush} push_unsubscribe
 * @property {GetPush} push
 * @property {Renew} renew
 */

/**
 * By the type of command.
 * @typedef {Object} Replies
 * @property {Done} send
 * @property {Done} edit
 * @property {Done} delete
 * @property {History} history
 * @property {Messages} messages
 * @property {Opened} open
 * @property {Done} close
 * @property {Resumed} resume
 * @property {Done} react
 * @property {Done} unreact
 * @property {Reactors} reactors
 * @property {Done} pin
 * @property {Done} unpin
 * @property {Pins} pins
 * @property {Done} forward
 * @property {Revisions} revisions
 * @property {Done} create_room
 * @property {Done} change_room
 * @property {Rooms} rooms
 * @property {Room} room
 * @property {Rooms} public_rooms
 * @property {Done} invite
 * @property {Done} uninvite
 * @property {Done} accept
 * @property {Done} decline
 * @property {Invitations} invited
 * @property {InvitedPeople} invited_people
 * @property {LinkMade} invite_link
 * @property {Links} links
 * @property {Done} end_link
 * @property {Peeked} peek_link
 * @property {Done} join_by_link
 * @property {Done} set_room
 * @property {Done} order
 * @property {Done} mark_unread
 * @property {Done} join
 * @property {Done} leave
 * @property {Done} add_member
 * @property {Done} set_role
 * @property {Done} kick
 * @property {Done} ban
 * @property {Done} unban
 * @property {Members} members
 * @property {BannedPeople} banned_people
 * @property {Done} direct
 * @property {Done} draft
 * @property {Drafts} drafts
 * @property {Done} schedule
 * @property {Done} unschedule
 * @property {Scheduled} scheduled
 * @property {Done} mark
 * @property {MarksReply} marks
 * @property {RecipientsReply} read_by
 * @property {Done} typing
 * @property {Done} presence
 * @property {Person} person
 * @property {People} people
 * @property {People} blocked
 * @property {Done} block
 * @property {Done} unblock
 * @property {Done} set_profile
 * @property {Done} set_status
 * @property {Done} set_privacy
 * @property {Privacy} privacy
 * @property {SearchFound} search
 * @property {Done} push_subscribe
 * @property {Done} push_unsubscribe
 * @property {Push} push
 * @property {Renewed} renew
 */

/**
 * A command's type.
 * @typedef {keyof Commands} CommandType
 */

/**
 * What goes with a command beside its type and the id, which whoever sends it adds.
 * @template {CommandType} T
 * @typedef {Omit<Commands[T], 'type'|'id'>} Fields
 */

/**
 * The same where the key is added, too.
 * @template {CommandType} T
 * @typedef {Omit<Commands[T], 'type'|'id'|'key'>} FieldsWithoutKey
 */

/**
 * No field but those of `Known`.
 * @template Given
 * @template Known
 * @typedef {Given & {[K in Exclude<keyof Given, keyof Known>]: never}} Only
 */

/**
 * Commands that can go without any field.
 * @typedef {{[T in CommandType]: {} extends Fields<T> ? T : never}[CommandType]} BareCommand
 */

/**
 * Sends a command of the moment.
 * @typedef {{
 *   <T extends BareCommand>(type: T): Promise<Replies[T]>,
 *   <T extends CommandType, F extends Fields<T>>(
 *     type: T, fields: Only<F, Fields<T>>,
 *   ): Promise<Replies[T]>,
 * }} Ask
 */

/**
 * Sends a command that has its effect once; the key is the caller's.
 * @typedef {<T extends CommandType, F extends Fields<T>>(
 *   type: T, fields: Only<F, Fields<T>>, onSent?: () => void, isOld?: () => boolean,
 * ) => Promise<Replies[T]>} Keep
 */

/**
 * The same with a new key.
 * @typedef {<T extends CommandType, F extends FieldsWithoutKey<T>>(
 *   type: T, fields: Only<F, FieldsWithoutKey<T>>,
 * ) => Promise<Replies[T]>} KeepAnew
 */

/**
 * Says something of which no answer is awaited.
 * @typedef {<T extends CommandType, F extends Fields<T>>(
 *   type: T, fields: Only<F, Fields<T>>,
 * ) => void} Tell
 */

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
  "messages": {
    "keyed": false,
    "reply": "messages"
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
  "react": {
    "keyed": true,
    "reply": "done"
  },
  "unreact": {
    "keyed": true,
    "reply": "done"
  },
  "reactors": {
    "keyed": false,
    "reply": "reactors"
  },
  "pin": {
    "keyed": true,
    "reply": "done"
  },
  "unpin": {
    "keyed": true,
    "reply": "done"
  },
  "pins": {
    "keyed": false,
    "reply": "pins"
  },
  "forward": {
    "keyed": true,
    "reply": "done"
  },
  "revisions": {
    "keyed": false,
    "reply": "revisions"
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
  "invite": {
    "keyed": true,
    "reply": "done"
  },
  "uninvite": {
    "keyed": true,
    "reply": "done"
  },
  "accept": {
    "keyed": true,
    "reply": "done"
  },
  "decline": {
    "keyed": true,
    "reply": "done"
  },
  "invited": {
    "keyed": false,
    "reply": "invitations"
  },
  "invited_people": {
    "keyed": false,
    "reply": "invited_people"
  },
  "invite_link": {
    "keyed": true,
    "reply": "link"
  },
  "links": {
    "keyed": false,
    "reply": "links"
  },
  "end_link": {
    "keyed": true,
    "reply": "done"
  },
  "peek_link": {
    "keyed": false,
    "reply": "peeked"
  },
  "join_by_link": {
    "keyed": true,
    "reply": "done"
  },
  "set_room": {
    "keyed": false,
    "reply": "done"
  },
  "order": {
    "keyed": false,
    "reply": "done"
  },
  "mark_unread": {
    "keyed": false,
    "reply": "done"
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
  "banned_people": {
    "keyed": false,
    "reply": "banned_people"
  },
  "direct": {
    "keyed": true,
    "reply": "done"
  },
  "draft": {
    "keyed": false,
    "reply": "done"
  },
  "drafts": {
    "keyed": false,
    "reply": "drafts"
  },
  "schedule": {
    "keyed": true,
    "reply": "done"
  },
  "unschedule": {
    "keyed": true,
    "reply": "done"
  },
  "scheduled": {
    "keyed": false,
    "reply": "scheduled"
  },
  "mark": {
    "keyed": false,
    "reply": "done"
  },
  "marks": {
    "keyed": false,
    "reply": "marks_page"
  },
  "read_by": {
    "keyed": false,
    "reply": "read_by"
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
  "people": {
    "keyed": false,
    "reply": "people"
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
  },
  "set_profile": {
    "keyed": true,
    "reply": "done"
  },
  "set_status": {
    "keyed": true,
    "reply": "done"
  },
  "set_privacy": {
    "keyed": true,
    "reply": "done"
  },
  "privacy": {
    "keyed": false,
    "reply": "privacy"
  },
  "search": {
    "keyed": false,
    "reply": "found"
  },
  "push_subscribe": {
    "keyed": false,
    "reply": "done"
  },
  "push_unsubscribe": {
    "keyed": false,
    "reply": "done"
  },
  "push": {
    "keyed": false,
    "reply": "push"
  },
  "renew": {
    "keyed": false,
    "reply": "renewed"
  }
});

/** Types of events. */
export const EVENTS = Object.freeze([
  "message",
  "edited",
  "deleted",
  "reacted",
  "pinned",
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
  "invited",
  "uninvited",
  "room_set",
  "rooms_ordered",
  "draft",
  "schedule_set",
  "schedule_ended",
  "schedule_failed",
  "marks",
  "marked",
  "typing",
  "presence",
  "activity",
  "mentioned",
  "room_added",
  "room_removed",
  "block_changed",
  "person_changed",
  "privacy_changed",
  "ending"
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
    "meaning": "A text frame was not UTF-8, or did not inflate.",
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
  "4502": {
    "word": "address-blocked",
    "meaning": "Nobody may come from this network any more.",
    "comeBack": false,
    "resume": true
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
