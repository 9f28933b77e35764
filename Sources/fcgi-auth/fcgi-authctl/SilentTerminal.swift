internal import CLinux
import Glibc

/// The terminal on standard input with its echo off, for as long as one line takes.
///
/// The signals that end or stop a program are held back meanwhile and noticed through a signalfd;
/// they take effect only after the echo is on again, so Ctrl-C never leaves a terminal mute.
enum SilentTerminal {
    /// Whether a line waits to be read; false when a signal came first. After that, the program is
    /// here again only if the signal was survived (Ctrl-Z and `fg`): then the question is put anew.
    static func withoutEcho(_ readLine: () -> Void) -> Bool {
        var held = endingSignals()
        var before = sigset_t()
        sigprocmask(SIG_BLOCK, &held, &before)
        defer { sigprocmask(SIG_SETMASK, &before, nil) }
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return false }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
        guard lineComesBefore(&held) else { return false }
        readLine()
        return true
    }

    private static func endingSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] { sigaddset(&signals, signal) }
        return signals
    }

    private static func lineComesBefore(_ signals: inout sigset_t) -> Bool {
        let signalDescriptor = signalfd(-1, &signals, Int32(SFD_CLOEXEC))
        defer { close(signalDescriptor) }
        var waiting = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signalDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waiting, nfds_t(waiting.count), -1) < 0 && errno == EINTR {}
        return waiting[1].revents == 0
    }
}
