from workers_emulator.call import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
