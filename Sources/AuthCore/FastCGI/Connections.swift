/// The open connections, each at the number of its descriptor: small numbers, so a row of places does.
struct Connections {
    private var places: [Connection?] = []
    private var count = 0

    var isEmpty: Bool { count == 0 }

    var all: [Connection] { places.compactMap(\.self) }

    subscript(descriptor: Int32) -> Connection? {
        get {
            let place = Int(descriptor)
            return place < places.count ? places[place] : nil
        }
        set {
            let place = Int(descriptor)
            while places.count <= place { places.append(nil) }
            count += (newValue == nil ? 0 : 1) - (places[place] == nil ? 0 : 1)
            places[place] = newValue
        }
    }
}
