import Foundation

/// User and system time in seconds.
enum ProcessorTime {
    static var ofThisThread: Double { seconds(CLOCK_THREAD_CPUTIME_ID) }
    static var ofThisProcess: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// Of all threads of a process, those that have ended too; the process table counts only hundredths of a second.
    static func of(process identifier: Int32) -> Double {
        var clock = clockid_t()
        return clock_getcpuclockid(identifier, &clock) == 0 ? seconds(clock) : 0
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
